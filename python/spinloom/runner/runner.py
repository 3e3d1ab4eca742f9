"""`Runner`: a flow's file, its runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from .child import Child, environment
from .command_line import command_line, config_words, failure
from .executing import ExecutingRun, ExecutingTask
from .problems import RunnerFailed, UnknownArgument, WrongType

Executing = TypeVar("Executing", ExecutingRun, ExecutingTask)


class Runner:
    """Runs a flow in processes of its own, as ``python flow.py …`` would, and hands back what it records.

    Args:
        flow_file: the flow's file.
        show_output: shows what the flow's command writes, as it is written.
        profile: value of ``METAFLOW_PROFILE`` for it.
        env: environment variables for it, on top of this process's.
        cwd: its working directory; None for the current one.
        file_read_timeout: seconds after which a process that has not made its run is ended.
        top_level: options before the command, such as ``datastore_root`` or ``decospecs=["retry"]``; for configs
            ``config=[("name", "path")]``, ``config_value=[("name", {...})]`` and ``set={"name.key": value}``, which
            :meth:`run` takes as well.

    Raises:
        FileNotFoundError: there is no such file.
        UnknownArgument: a ``ValueError``: the flow's command line has no such option.
    """

    def __init__(
        self,
        flow_file: str | os.PathLike[str],
        show_output: bool = True,
        profile: str | None = None,
        env: dict[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        file_read_timeout: float = 3600,
        **top_level: Any,
    ) -> None:
        self.flow_file = os.path.abspath(flow_file)
        self.show_output = show_output
        self.profile = profile
        self.env = env
        self.cwd = None if cwd is None else os.path.abspath(cwd)
        self.file_read_timeout = file_read_timeout
        self.top_level = top_level
        self._children: weakref.WeakSet[Child] = weakref.WeakSet()
        self._check(lambda line: line.top.words(top_level), top_level)

    def run(self, **given: Any) -> ExecutingRun:
        """Runs the flow to its end.

        Args:
            given: parameters of the flow, and options of ``run``: ``max_workers=4``, ``tags=["a", "b"]``,
                ``decospecs=["retry:times=2"]``.

        Raises:
            UnknownArgument: a ``ValueError``: neither a parameter nor an option.
            WrongType: a ``TypeError``: not a value the parameter can have.
            RunnerFailed: a ``RuntimeError``: the process ended before there was a run.
            TimeoutError: no run within ``file_read_timeout`` seconds.
        """
        return self._wait(ExecutingRun, *self._start("run", given))

    def resume(self, **given: Any) -> ExecutingRun:
        """Goes on with an earlier run, to the end.

        Args:
            given: options of ``resume`` (``step_to_rerun``, ``origin_run_id``, …), and parameters to change.

        Raises:
            Exception: as :meth:`run`.
        """
        return self._wait(ExecutingRun, *self._start("resume", given))

    def spin(self, pathspec: str, **given: Any) -> ExecutingTask:
        """Runs one step again by itself, with the inputs that a task of an earlier run had.

        Args:
            pathspec: ``step``, ``run/step`` or ``run/step/task``.
            given: options of ``spin``; ``persist=True`` keeps the result, see :attr:`ExecutingTask.task`.

        Raises:
            Exception: as :meth:`run`.
        """
        return self._wait(ExecutingTask, *self._start("spin", given, pathspec))

    async def async_run(self, **given: Any) -> ExecutingRun:
        """Runs the flow; returns as soon as there is a run.

        Raises:
            Exception: as :meth:`run`.
        """
        return await self._await(ExecutingRun, *await asyncio.to_thread(self._start, "run", given))

    async def async_resume(self, **given: Any) -> ExecutingRun:
        """Goes on with an earlier run; returns as soon as there is a new one.

        Raises:
            Exception: as :meth:`run`.
        """
        return await self._await(ExecutingRun, *await asyncio.to_thread(self._start, "resume", given))

    async def async_spin(self, pathspec: str, **given: Any) -> ExecutingTask:
        """Runs one step again by itself; returns as soon as it is known as what.

        Raises:
            Exception: as :meth:`run`.
        """
        return await self._await(ExecutingTask, *await asyncio.to_thread(self._start, "spin", given, pathspec))

    def cleanup(self) -> None:
        """There is nothing to clean up: logs are gone once nobody holds what runs. Metaflow has it."""

    def _check(self, words: Callable[[Any], Any], *given: dict[str, Any]) -> Any:
        program = [sys.executable, self.flow_file]
        env = environment(self.env, self.profile)
        configs = config_words(*given)
        with contextlib.suppress(UnknownArgument, WrongType):
            return words(command_line(program, env, self.cwd, configs))
        # Before it is refused: what the flow imports may have changed since it was asked.
        return words(command_line(program, env, self.cwd, configs, anew=True))

    def _start(self, command: str, given: dict[str, Any], *operands: str) -> tuple[Child, str]:
        top, words = self._check(lambda line: line.words(command, self.top_level, given), self.top_level, given)
        folder = tempfile.mkdtemp(prefix="spinloom-runner-")
        attributes = f"--runner-attribute-file={os.path.join(folder, 'made.json')}"
        program = [sys.executable, self.flow_file, *top, command, *operands, attributes, *words]
        try:
            child = Child(program, environment(self.env, self.profile), self.cwd, self.show_output)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._children.add(child)
        return child, folder

    def _wait(self, kind: type[Executing], child: Child, folder: str) -> Executing:
        with child.ended_by_interrupt():
            try:
                child.until(lambda: _is_made(child, folder), self.file_read_timeout)
                made = _made(child, folder)
            except TimeoutError:
                raise self._late(child) from None
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            child.until(child.is_over)
        return kind(self, child, made)

    async def _await(self, kind: type[Executing], child: Child, folder: str) -> Executing:
        try:
            await child.async_until(lambda: _is_made(child, folder), self.file_read_timeout)
            return kind(self, child, _made(child, folder))
        except TimeoutError:
            raise self._late(child) from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _late(self, child: Child) -> TimeoutError:
        child.end()
        return TimeoutError(f"`{' '.join(child.words)}` made no run within {self.file_read_timeout} seconds")

    def _leave(self, why: type[BaseException] | None) -> None:
        interrupted = why is not None and issubclass(why, (KeyboardInterrupt, asyncio.CancelledError))
        for child in list(self._children) if interrupted else []:
            child.end(signal.SIGINT)
        self.cleanup()

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


def _read(folder: str) -> str:
    try:
        with open(os.path.join(folder, "made.json"), encoding="utf-8") as handle:
            return handle.read()
    except FileNotFoundError:
        return ""


def _is_made(child: Child, folder: str) -> bool:
    # In this order: what it wrote before it ended is there when it has ended.
    return child.returncode is not None or _read(folder).endswith("\n")


def _made(child: Child, folder: str) -> dict[str, Any]:
    text = _read(folder)
    if not text.endswith("\n"):
        child.until(child.is_over)
        raise _ended_early(child)
    return json.loads(text)


def _ended_early(child: Child) -> RunnerFailed:
    return failure(child, child.logs["stderr"].text())
