"""What Metaflow's Client says of runs that our server recorded is what it says when metadata are local files.

The flows, and what is done with them, are those of `tests/differential`; both sides are the same unmodified Metaflow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from differential.differential import Scenario, comparable, differences, load_scenarios, perform, problems
from support.ahead import Ahead
from support.product import Product
from wire.service import serving

# One of each kind; the rest with `SPINLOOM_TEST_FULL=1`, as a run of Metaflow's takes seconds.
ALWAYS = ["nested-foreach", "retry-succeeds", "resume-after-failure", "tags", "spin"]
MORE = [
    "linear",
    "single-step",
    "marked-start-and-end",
    "split",
    "foreach-list",
    "foreach-nested",
    "foreach-empty-fails",
    "nested-three-deep",
    "foreach-in-branch",
    "branch-in-foreach",
    "merge-plain",
    "merge-conflict-fails",
    "private-names",
    "constants",
    "odd-values",
    "big-artifacts",
    "parameter-defaults",
    "include-file",
    "current",
    "failure-value",
    "failure-unicode",
    "failure-killed",
    "retry-exhausted",
    "retry-as-run-option",
    "printing",
    "resume-from-step",
    "resume-of-resume",
    "resume-finished-run",
    "resume-unknown-origin",
    "resume-with-tags",
    "resume-longer-foreach",
    "resume-step-of-a-resumed-run",
    "client",
    "client-nested",
    "client-refuses",
    "tag-command",
    "namespace-option",
    "config-resume",
    "custom-retry",
]
NAMES = ALWAYS + MORE if os.environ.get("SPINLOOM_TEST_FULL") else ALWAYS

Pair = tuple[dict[str, Any], dict[str, Any]]


def own(name: str, flow: str, *commands: str, differs: tuple[str, ...] = ()) -> Scenario:
    """A flow of `flows/` here, which must end well."""
    actions = tuple({"flow": command, "exit": 0} for command in commands)
    return Scenario(name, (), flow, (), (), True, differs, actions, Path(__file__).parent / "flows")


OWN = [
    own("caught", "caught.py", "run", differs=("caught-traceback",)),  # which names the folder
    own("switch", "choosing.py", "run", "run --way right"),
]


def chosen() -> dict[str, Scenario]:
    """The scenarios; differences between two products are none between one and itself."""
    listed = {scenario.name: scenario for scenario in load_scenarios()}
    return {name: replace(listed[name], differs=()) for name in NAMES} | {one.name: one for one in OWN}


SCENARIOS = chosen()


@pytest.fixture(scope="session")
def pairs(
    request: pytest.FixtureRequest, spinloom: Product, metaflow: Product, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ahead[str, Pair]]:
    """What was observed with local metadata and with our service, computed ahead of the tests that compare."""
    base = tmp_path_factory.mktemp("wire")

    def both(name: str) -> Pair:
        scenario = SCENARIOS[name]
        local = perform(scenario, metaflow, base / name / "local")
        with serving(spinloom, base / name / "server") as service:
            return local, perform(scenario, service.client(metaflow), base / name / "service")

    names = [item.callspec.params["name"] for item in request.session.items if item.name.startswith("test_same[")]
    ahead = Ahead(both, names)
    yield ahead
    ahead.close()


@pytest.mark.parametrize("name", SCENARIOS)
def test_same(name: str, pairs: Ahead[str, Pair]) -> None:
    local, service = pairs[name]
    found = list(problems(service))
    found += differences(comparable(local, SCENARIOS[name]), comparable(service, SCENARIOS[name]))
    assert not found, "\n".join([f"{name}, local | service", *found])
