"""Runs flows and steps for tests; what fails, fails with what the task said."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spinloom.runner import ExecutingProcess, Runner

from .starter import flow_file

if TYPE_CHECKING:
    from spinloom.client import Run, Task

_ARTIFACTS = """\
import pickle

with open({file!r}, "rb") as handle:
    ARTIFACTS = pickle.load(handle)
"""


class FlowFailed(Exception):
    """A flow or a step failed that a test wanted to succeed; its text is what the failed tasks wrote, tracebacks included.

    Attributes:
        run: the run, for the Client; None if it was one step by itself.
        stdout: what the command wrote to standard output, that of its tasks included.
        stderr: what it wrote to standard error.
    """

    def __init__(self, message: str, run: Run | None, stdout: str, stderr: str) -> None:
        super().__init__(message, run, stdout, stderr)
        self.run = run
        self.stdout = stdout
        self.stderr = stderr

    def __str__(self) -> str:
        tasks = [] if self.run is None else [task for one in self.run for task in one if not task.successful]
        parts = [f"{task.pathspec}\n{task.stdout}{task.stderr}" for task in tasks] or [self.stdout, self.stderr]
        return "\n\n".join(part.strip() for part in [self.args[0], *parts] if part.strip())


class Spun:
    """A step that ran by itself: its artifacts are attributes, ``spun.model``."""

    def __init__(self, task: Task, stdout: str, stderr: str) -> None:
        self.task = task
        """The task, for the Client."""
        self.stdout = stdout
        """What the command wrote to standard output."""
        self.stderr = stderr
        """What the command wrote to standard error."""

    def __repr__(self) -> str:
        return f"<Spun {self.task.pathspec}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "task":
            raise AttributeError(name)
        return getattr(self.task.data, name)


def run_flow(flow: type | str | os.PathLike[str], **given: Any) -> Run:
    """Runs a flow to its end.

    Args:
        flow: its file, or its class; a class must be at the top level of a file.
        given: parameters, and options of ``run``, as :meth:`spinloom.Runner.run` has them.

    Raises:
        FlowFailed: the run failed.
        Exception: as :meth:`spinloom.Runner.run`.
    """
    __tracebackhide__ = True
    with flow_file(flow) as file:
        ran = Runner(file, show_output=False).run(**given)
        if ran.status != "successful":
            raise FlowFailed(f"run `{ran.pathspec}` failed", ran.run, ran.stdout, ran.stderr)
        return ran.run


def spin_step(
    flow: type | str | os.PathLike[str],
    pathspec: str,
    artifacts: Mapping[str, Any] | None = None,
    **given: Any,
) -> Spun:
    """Runs one step by itself, with the inputs that a task of an earlier run had.

    Args:
        flow: its file, or its class; a class must be at the top level of a file.
        pathspec: ``step``, ``run/step`` or ``run/step/task``.
        artifacts: values the step is to find instead of those, by name; they travel by pickle.
        given: options of ``spin``, as :meth:`spinloom.Runner.spin` has them.

    Raises:
        FlowFailed: the step failed.
        Exception: as :meth:`spinloom.Runner.spin`.
    """
    __tracebackhide__ = True
    with flow_file(flow) as file, tempfile.TemporaryDirectory(prefix="spinloom-testing-") as folder:
        if artifacts:
            given["artifacts_module"] = _module(dict(artifacts), folder)
        spun = Runner(file, show_output=False).spin(pathspec, **{"persist": True, **given})
        if spun.status != "successful":
            raise _failed(pathspec, spun)
        return Spun(spun.task, spun.stdout, spun.stderr)


def _failed(pathspec: str, spun: ExecutingProcess) -> FlowFailed:
    return FlowFailed(f"step `{pathspec}` failed", None, spun.stdout, spun.stderr)


def _module(artifacts: dict[str, Any], folder: str) -> str:
    values, module = os.path.join(folder, "artifacts.pickle"), os.path.join(folder, "artifacts.py")
    with open(values, "wb") as handle:
        pickle.dump(artifacts, handle)
    with open(module, "w", encoding="utf-8") as text:
        text.write(_ARTIFACTS.format(file=values))
    return module
