"""`Runner.spin`: one step again by itself (PR-01, PR-02)."""

from __future__ import annotations

import asyncio

import pytest
from spinloom import Runner
from spinloom.runner import ExecutingTask, RunnerFailed, UnknownArgument


@pytest.fixture
def runner(flow: str) -> Runner:
    """With a run of five layers."""
    runner = Runner(flow, show_output=False)
    runner.run(layers=5)
    return runner


def test_the_task_it_makes(runner: Runner) -> None:
    spun = runner.spin("end", persist=True)
    assert isinstance(spun, ExecutingTask) and spun.status == "successful"
    assert spun.task.data.coats == 10 and spun.task.parent.id == "end"


def test_with_other_values(runner: Runner) -> None:
    spun = runner.spin("1/end", persist=True, set={"layers": 8, "brand": "12"})
    assert (spun.task.data.coats, spun.task.data.brand) == (16, "12")


def test_nothing_is_kept_unless_it_is_asked_for(runner: Runner) -> None:
    spun = runner.spin("start")
    assert spun.status == "successful" and "mixing 5" in spun.stdout
    with pytest.raises(RunnerFailed, match="spin it with `persist=True`"):
        spun.task  # noqa: B018


def test_a_step_that_fails(runner: Runner) -> None:
    spun = runner.spin("start", set={"spill": True})
    assert spun.status == "failed" and "the bucket fell" in spun.stdout + spun.stderr


def test_a_step_that_is_not_there(runner: Runner) -> None:
    with pytest.raises(RunnerFailed, match="did you mean `start`") as caught:
        runner.spin("strat")
    assert caught.value.code == "SL0102"


def test_an_unknown_name_is_refused(runner: Runner) -> None:
    with pytest.raises(UnknownArgument, match="'persists' for `spin`") as caught:
        runner.spin("start", persists=True)
    assert caught.value.hints[0] == "did you mean `persist`?"


def test_while_others_work(runner: Runner) -> None:
    async def main() -> int:
        running = await runner.async_spin("end", persist=True)
        return (await running.wait()).task.data.coats

    assert asyncio.run(main()) == 10
