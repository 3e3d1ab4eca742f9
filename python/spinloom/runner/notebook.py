"""`NBRunner`: a flow defined in a notebook, its runs."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from typing import TYPE_CHECKING, Any

from .cells import program
from .executing import ExecutingRun, ExecutingTask
from .problems import RunnerFailed
from .runner import Runner

if TYPE_CHECKING:
    from spinloom.client import Run, Task


class NBRunner:
    """Runs a flow whose class is defined in a cell of a notebook, or in the script that is running.

    The flow's cell, and what it refers to in other cells (imports, base classes, functions, constants), is written to a
    file of its own, which runs as any flow's file does.

    Args:
        flow: the flow's class.
        show_output: shows what the flow's command writes, as it is written.
        profile: value of ``METAFLOW_PROFILE`` for it.
        env: environment variables for it, on top of this process's.
        base_dir: its working directory, from where it imports modules too; None for the current one.
        file_read_timeout: seconds after which a process that has not made its run is ended.
        top_level: options before the command, as :class:`Runner` has them.

    Raises:
        RunnerFailed: no cell defines the class.
    """

    def __init__(
        self,
        flow: type,
        show_output: bool = True,
        profile: str | None = None,
        env: dict[str, str] | None = None,
        base_dir: str | os.PathLike[str] | None = None,
        file_read_timeout: float = 3600,
        **top_level: Any,
    ) -> None:
        source = _source(flow)
        folder = tempfile.mkdtemp(prefix="spinloom-notebook-")
        self.flow_file = os.path.join(folder, f"{flow.__name__}.py")
        with open(self.flow_file, "w", encoding="utf-8") as handle:
            handle.write(source)
        cwd = os.path.abspath(base_dir) if base_dir is not None else os.getcwd()
        env = dict(env or {})
        paths = [cwd, env.get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))]
        env["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        try:
            self.runner = Runner(self.flow_file, show_output, profile, env, cwd, file_read_timeout, **top_level)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        # What runs holds the runner, so the file is there for as long as it may be needed.
        self._clean = weakref.finalize(self.runner, shutil.rmtree, folder, ignore_errors=True)

    def nbrun(self, **given: Any) -> Run:
        """Runs the flow to its end and cleans up; arguments and errors are those of :meth:`Runner.run`."""
        try:
            return self.run(**given).run
        finally:
            self.cleanup()

    def nbresume(self, **given: Any) -> Run:
        """Goes on with an earlier run and cleans up; arguments and errors are those of :meth:`Runner.resume`."""
        try:
            return self.resume(**given).run
        finally:
            self.cleanup()

    def nbspin(self, pathspec: str, **given: Any) -> Task:
        """Runs one step by itself, keeps the result and cleans up; see :meth:`Runner.spin`."""
        try:
            return self.spin(pathspec, **{"persist": True, **given}).task
        finally:
            self.cleanup()

    def run(self, **given: Any) -> ExecutingRun:
        """As :meth:`Runner.run`; call :meth:`cleanup` in the end."""
        return self.runner.run(**given)

    def resume(self, **given: Any) -> ExecutingRun:
        """As :meth:`Runner.resume`; call :meth:`cleanup` in the end."""
        return self.runner.resume(**given)

    def spin(self, pathspec: str, **given: Any) -> ExecutingTask:
        """As :meth:`Runner.spin`; call :meth:`cleanup` in the end."""
        return self.runner.spin(pathspec, **given)

    async def async_run(self, **given: Any) -> ExecutingRun:
        """As :meth:`Runner.async_run`; call :meth:`cleanup` in the end."""
        return await self.runner.async_run(**given)

    async def async_resume(self, **given: Any) -> ExecutingRun:
        """As :meth:`Runner.async_resume`; call :meth:`cleanup` in the end."""
        return await self.runner.async_resume(**given)

    async def async_spin(self, pathspec: str, **given: Any) -> ExecutingTask:
        """As :meth:`Runner.async_spin`; call :meth:`cleanup` in the end."""
        return await self.runner.async_spin(pathspec, **given)

    def cleanup(self) -> None:
        """Removes the file; nothing can be run after that."""
        self._clean()


def _source(flow: type) -> str:
    name, module = flow.__name__, sys.modules.get(flow.__module__)
    file: str | None = getattr(module, "__file__", None)
    if flow.__module__ != "__main__":
        raise RunnerFailed(f"'NBRunner' runs flows that are defined in a notebook; for `{name}` use `Runner({file!r})`")
    source = program(_cells(), name) or (None if file is None else program([_text(file)], name))
    if source is None:
        raise RunnerFailed(f"no cell defines the class `{name}` at its top level")
    return f"{source}\n\nif __name__ == '__main__':\n    {name}()\n"


def _cells() -> list[str]:
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return [] if shell is None else list(shell.user_ns.get("In", []))


def _text(file: str) -> str:
    with open(file, encoding="utf-8") as handle:
        return handle.read()
