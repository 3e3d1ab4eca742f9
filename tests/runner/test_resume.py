"""`Runner.resume`: going on with an earlier run (PR-01)."""

from __future__ import annotations

import asyncio

import pytest
from spinloom import Runner
from spinloom.runner import UnknownArgument


@pytest.fixture
def runner(flow: str) -> Runner:
    """With a run that failed."""
    runner = Runner(flow, show_output=False)
    assert runner.run(spill=True).status == "failed"
    return runner


def test_with_a_parameter_changed(runner: Runner) -> None:
    resumed = runner.resume(spill=False)
    assert resumed.status == "successful" and resumed.run.data.coats == 4
    assert resumed.run.origin_pathspec == "PaintFlow/1"


def test_of_a_run_and_from_a_step(runner: Runner) -> None:
    runner.run()
    resumed = runner.resume(origin_run_id="2", step_to_rerun="end")
    assert resumed.status == "successful"
    assert resumed.run["start"].task.origin_pathspec == "PaintFlow/2/start/1"
    assert resumed.run["end"].task.origin_pathspec is None


def test_while_others_work(runner: Runner) -> None:
    async def main() -> str | None:
        running = await runner.async_resume(spill=False)
        return (await running.wait()).run.origin_pathspec

    assert asyncio.run(main()) == "PaintFlow/1"


def test_an_unknown_name_is_refused(runner: Runner) -> None:
    with pytest.raises(UnknownArgument, match="'origin_run' for `resume`") as caught:
        runner.resume(origin_run="1")
    assert caught.value.hints[0] == "did you mean `origin_run_id`?"
