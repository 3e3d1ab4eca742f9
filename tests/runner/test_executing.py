"""`ExecutingRun` while it runs: status, waiting, logs line by line (PR-02)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from spinloom import Runner
from spinloom.runner import ExecutingRun, RunnerFailed


def during(body: Callable[[ExecutingRun], Awaitable[None]]) -> ExecutingRun:
    """Does something with a run that goes on until there is a file `go`."""

    async def main() -> ExecutingRun:
        running = await Runner("flow.py", show_output=False).async_run(pause=True)
        await body(running)
        return running

    return asyncio.run(main())


def test_the_run_is_there_before_it_is_over(flow: str, here: Path) -> None:
    async def body(running: ExecutingRun) -> None:
        assert (running.status, running.returncode) == ("running", None)
        assert running.run.id == "1" and not running.run.finished
        (here / "go").touch()
        assert await running.wait() is running

    running = during(body)
    assert (running.status, running.returncode, running.run.finished) == ("successful", 0, True)


def test_waiting_for_too_long_ends_it(flow: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def body(running: ExecutingRun) -> None:
        assert await running.wait(timeout=0.2) is running

    running = during(body)
    assert running.status == "timeout" and running.returncode
    assert "Workflow interrupted." in running.stdout
    assert "did not complete within 0.2 seconds" in capsys.readouterr().err


def test_lines_come_as_they_are_written(flow: str, here: Path) -> None:
    async def body(running: ExecutingRun) -> None:
        async for _, line in running.stream_log("stdout"):
            if line.endswith("mixing 2"):
                (here / "go").touch()
        assert line.endswith("Done!") and running.status == "successful"

    during(body)


def test_a_stream_goes_on_where_it_was_left(flow: str, here: Path) -> None:
    async def body(running: ExecutingRun) -> None:
        (here / "go").touch()
        await running.wait()
        lines = [(position, line) async for position, line in running.stream_log("stdout")]
        rest = [line async for _, line in running.stream_log("stdout", position=lines[1][0])]
        assert rest == [line for _, line in lines[2:]]
        assert "".join(f"{line}\n" for _, line in lines) == running.stdout

    during(body)


def test_there_are_two_streams(flow: str, here: Path) -> None:
    async def body(running: ExecutingRun) -> None:
        (here / "go").touch()
        with pytest.raises(ValueError, match="valid values are: stdout, stderr"):
            await anext(running.stream_log("sdtout"))
        await running.wait()

    during(body)


def test_waiting_can_print(flow: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def body(running: ExecutingRun) -> None:
        (here / "go").touch()
        await running.wait(stream="stdout")

    running = during(body)
    assert capsys.readouterr().out == running.stdout


def test_cancelled_inside_of_its_context_it_ends(flow: str) -> None:
    async def main() -> ExecutingRun:
        started: asyncio.Future[ExecutingRun] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            async with await Runner(flow, show_output=False).async_run(pause=True) as running:
                started.set_result(running)
                await running.wait()

        task = asyncio.create_task(work())
        running = await started
        async for _, line in running.stream_log("stdout"):
            if line.endswith("mixing 2"):
                break
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return running

    running = asyncio.run(main())
    assert running.status == "failed" and "interrupted" in running.stdout


def test_leaving_the_context_lets_it_run(flow: str, here: Path) -> None:
    async def main() -> ExecutingRun:
        async with Runner(flow, show_output=False) as runner:
            running = await runner.async_run(pause=True)
        assert running.status == "running"
        (here / "go").touch()
        return await running.wait()

    assert asyncio.run(main()).status == "successful"


def test_a_process_that_ends_before_there_is_a_run(flow: str) -> None:
    async def main() -> None:
        await Runner(flow, show_output=False).async_run(max_workers=0)

    with pytest.raises(RunnerFailed, match="whole number from 1"):
        asyncio.run(main())
