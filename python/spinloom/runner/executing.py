"""What runs, as its starter sees it: a process, and the run or task it makes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .child import Child
from .log import Lines
from .problems import RunnerFailed

if TYPE_CHECKING:
    from spinloom.client import Run, Task

    from .runner import Runner

_PAUSE = 0.05


class ExecutingProcess:
    """A command of a flow that runs, or has run. A (async) context manager: if it is left by Ctrl-C, the process ends.

    Attributes:
        runner: what started it.
    """

    def __init__(self, runner: Runner, child: Child, made: dict[str, Any]) -> None:
        self.runner = runner
        self._child = child
        self._made = made

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name()}: {self.status}>"

    def _name(self) -> str:
        return " ".join(self._child.words[2:])

    @property
    def status(self) -> str:
        """``running``, ``successful``, ``failed``, or ``timeout`` if it was ended by :meth:`wait`."""
        if self._child.timed_out:
            return "timeout"
        if self.returncode is None:
            return "running"
        return "failed" if self.returncode else "successful"

    @property
    def returncode(self) -> int | None:
        """How the process ended, negative for a signal; None while it runs."""
        return self._child.returncode

    @property
    def stdout(self) -> str:
        """What it wrote to standard output so far."""
        return self._child.logs["stdout"].text()

    @property
    def stderr(self) -> str:
        """What it wrote to standard error so far."""
        return self._child.logs["stderr"].text()

    async def wait(self, timeout: float | None = None, stream: str | None = None) -> Self:
        """Waits for the process to end; returns this object.

        Args:
            timeout: seconds after which the process is ended; its status is ``timeout`` then. None: no limit.
            stream: ``stdout`` or ``stderr``, to print it meanwhile.
        """
        printing = None if stream is None else asyncio.create_task(self._print(self.stream_log(stream)))
        try:
            await self._child.async_until(self._child.is_over, timeout)
        except TimeoutError:
            await asyncio.to_thread(self._child.expire, timeout)
        except BaseException:
            if printing is not None:
                printing.cancel()
            raise
        if printing is not None:
            await printing
        return self

    async def stream_log(self, stream: str, position: int | None = None) -> AsyncIterator[tuple[int, str]]:
        """The lines of a stream as they are written, each with the byte after it: where to go on later.

        Args:
            stream: ``stdout`` or ``stderr``.
            position: the byte to begin at; by default the first one.

        Raises:
            ValueError: there is no such stream.
        """
        log = self._child.logs.get(stream)
        if log is None:
            raise ValueError(f"No log file found for '{stream}', valid values are: stdout, stderr")
        lines = Lines(log, position or 0)
        while True:
            over = self.returncode is not None
            for line in lines.take(all_written=over):
                yield line
            if over:
                return
            await asyncio.sleep(_PAUSE)

    @staticmethod
    async def _print(lines: AsyncIterator[tuple[int, str]]) -> None:
        async for _, line in lines:
            print(line)

    def _leave(self, why: type[BaseException] | None) -> None:
        if why is not None and issubclass(why, (KeyboardInterrupt, asyncio.CancelledError)):
            self._child.end(signal.SIGINT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, why: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        self._leave(why)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, why: type[BaseException] | None, error: BaseException | None, place: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._leave, why)


class ExecutingRun(ExecutingProcess):
    """A run that goes on, or is over."""

    def _name(self) -> str:
        return self.pathspec

    @property
    def pathspec(self) -> str:
        """``Flow/run``."""
        return f"{self._made['flow_name']}/{self._made['run_id']}"

    @property
    def run(self) -> Run:
        """The run, whichever namespace it is in; it can be looked at while it goes on."""
        from spinloom.client import Run

        return Run(self.pathspec, _scope=_scope(self._made))


class ExecutingTask(ExecutingProcess):
    """One step that is run again by itself, or was."""

    @property
    def task(self) -> Task:
        """The task it made.

        Raises:
            RunnerFailed: the result was not kept: call ``spin(…, persist=True)``.
        """
        from spinloom.client import Task

        made = self._made
        if made["task_id"] is None:
            raise RunnerFailed(
                f"nothing of `{made['flow_name']}/{made['step_name']}` was kept: spin it with `persist=True`",
                self.returncode,
                self.stderr,
            )
        path = f"{made['flow_name']}/{made['run_id']}/{made['step_name']}/{made['task_id']}"
        return Task(path, _scope=_scope(made))


def _scope(made: dict[str, Any]) -> Any:
    """All of the store: who started a run may see it, whatever the namespace is."""
    from spinloom.client.provider import Provider
    from spinloom.client.session import Scope

    return Scope(Provider(str(made["metadata"]).partition("@")[2]), None, check=False)
