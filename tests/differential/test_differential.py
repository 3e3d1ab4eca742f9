"""Each scenario of `scenarios.toml` under real Metaflow and under spinloom: same artifacts, exit codes and Client answers."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from differential.differential import (
    DIFFERENCES,
    FLOWS,
    Scenario,
    comparable,
    differences,
    load_scenarios,
    perform,
    problems,
)
from differential.grid import load_grid, sample
from support.ahead import Ahead
from support.product import Product

WHOLE = bool(os.environ.get("SPINLOOM_TEST_FULL"))
# Of the scenarios that differ by little more than a word, these many of one flow always run, and every so many of the rest.
FIRST, EVERY = 3, 4


def some(scenarios: list[Scenario]) -> list[Scenario]:
    """All, if all are to run; else a sample of the forms of one flow, as real Metaflow takes seconds for each."""
    seen: Counter[str] = Counter()
    chosen = []
    for scenario in scenarios:
        seen[scenario.flow] += 1
        if WHOLE or seen[scenario.flow] <= FIRST or seen[scenario.flow] % EVERY == 0:
            chosen.append(scenario)
    return chosen


GRID = load_grid()
LISTED = load_scenarios()
SCENARIOS = {scenario.name: scenario for scenario in [*some(LISTED), *(GRID if WHOLE else sample(GRID))]}

Pair = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="session")
def pairs(
    request: pytest.FixtureRequest, spinloom: Product, metaflow: Product, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ahead[str, Pair]]:
    """What both products did, for every selected scenario, computed ahead of the tests that compare."""
    base = tmp_path_factory.mktemp("differential")
    cache = getattr(request.config, "cache", None)  # absent under `-p no:cacheprovider`

    def reference(scenario: Scenario) -> dict[str, Any]:
        key = f"spinloom/metaflow-{scenario.digest(metaflow)}"
        keep = cache is not None and os.environ.get("SPINLOOM_TEST_REUSE_METAFLOW")
        if keep and (kept := cache.get(key, None)):
            return kept
        seen = perform(scenario, metaflow, base / scenario.name / "metaflow")
        if keep:
            cache.set(key, seen)
        return seen

    def both(name: str) -> Pair:
        scenario = SCENARIOS[name]
        return reference(scenario), perform(scenario, spinloom, base / name / "spinloom")

    selected = [
        item.callspec.params["name"] for item in request.session.items if item.name.startswith("test_scenario[")
    ]
    ahead = Ahead(both, selected)
    yield ahead
    ahead.close()


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, pairs: Ahead[str, Pair]) -> None:
    """Both products do what the scenario says, and the same."""
    scenario = SCENARIOS[name]
    reference, ours = pairs[name]
    found = [f"Metaflow: {text}" for text in problems(reference)]
    found += [f"spinloom: {text}" for text in problems(ours)]
    found += differences(comparable(reference, scenario), comparable(ours, scenario))
    assert not found, "\n".join([f"{name} ({', '.join(scenario.rows)}), Metaflow | spinloom", *found])


def test_every_flow_takes_part() -> None:
    """No flow file is forgotten, and no scenario names a file or a difference that does not exist."""
    used = {source for scenario in LISTED for source in scenario.sources()}
    assert used == {path.name for path in Path(FLOWS).iterdir() if path.is_file()}
    assert {name for scenario in [*LISTED, *GRID] for name in scenario.differs} == set(DIFFERENCES)


def test_a_difference_is_found() -> None:
    """The comparison itself can fail: any changed leaf is reported with its path."""
    seen = json.loads('{"runs": [{"steps": {"a": {"tasks": [{"artifacts": {"x": "1"}}]}}}]}')
    changed = json.loads(json.dumps(seen).replace('"1"', '"2"'))
    assert not list(differences(seen, seen))
    assert list(differences(seen, changed)) == ["runs[0].steps.a.tasks[0].artifacts.x: '1' | '2'"]
