"""The grid: every kind of graph × what may befall each of its steps.

Each flow of `grid/` runs well and is resumed from each step; each step fails and is mended, fails once under `@retry`, and
fails under `@catch` where that is allowed. `make test` runs a sample, `make test-full` all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from differential.differential import Scenario

GRID = Path(__file__).parent / "grid"
HELPER = "combo.py"
#: Of how many scenarios the sample has one.
SAMPLED = 12

#: Deliberate differences (`differential.DIFFERENCES`), by graph; `""` is for all.
_DIFFERS: dict[str, tuple[str, ...]] = {
    "": ("guessed-lineage", "unfinished-siblings", "killed-siblings", "caught-traceback"),
    "single": ("single-resumed",),
    "gang": ("gang-control",),
}


@dataclass(frozen=True)
class GridStep:
    """A step of a flow of the grid that a run takes."""

    name: str
    may_catch: bool


def steps_of(source: str) -> list[GridStep]:
    """The steps that `combo` decorates, in the order of the file; one that splits by foreach or switch has no `@catch`."""
    found = []
    for part in source.split("    @combo\n")[1:]:
        name = re.search(r"def (\w+)\(", part)
        assert name is not None
        splits = "foreach=" in part or "condition=" in part or "num_parallel=" in part
        found.append(GridStep(name.group(1), not splits))
    return found


def load_grid() -> list[Scenario]:
    """All scenarios of the grid, graph by graph."""
    return [scenario for path in sorted(GRID.glob("*.py")) if path.name != HELPER for scenario in _of(path)]


def sample(scenarios: list[Scenario]) -> list[Scenario]:
    """One of `SAMPLED` scenarios, the same ones each time, spread over all graphs."""
    return scenarios[::SAMPLED]


def _of(path: Path) -> list[Scenario]:
    steps = steps_of(path.read_text())
    resumes = [{"flow": f"resume {step.name} --origin-run-id {{run}}", "exit": 0} for step in steps]
    scenarios = [_scenario(path, "well", [_run(0), *resumes], ("RE-02",))]
    for step in steps:
        mended = [_run(1, step.name, "fail"), {"touch": "mended"}, {"flow": "resume", "exit": 0}]
        scenarios.append(_scenario(path, f"{step.name}-fails", mended, ("RE-01", "RE-09")))
        scenarios.append(_scenario(path, f"{step.name}-retries", [_run(0, step.name, "retry")], ("DE-01",)))
        if step.may_catch:
            scenarios.append(_scenario(path, f"{step.name}-is-caught", [_run([0, 1], step.name, "catch")], ("DE-02",)))
    return scenarios


def _run(exit_code: int | list[int], step: str = "", outcome: str = "") -> dict[str, object]:
    return {"flow": "run --run-id-file run.id", "exit": exit_code, "env": {"COMBO": f"{step}:{outcome}"}}


def _scenario(path: Path, what: str, actions: list[dict[str, object]], rows: tuple[str, ...]) -> Scenario:
    return Scenario(
        name=f"{path.stem}-{what}",
        rows=(path.read_text().partition(":")[0].strip('"'), *rows),
        flow=path.name,
        files=(HELPER,),
        private=("_iteration_stack",),
        runs=True,
        differs=_DIFFERS.get(path.stem, ()) + _DIFFERS[""],
        actions=tuple(actions),
        folder=GRID,
    )
