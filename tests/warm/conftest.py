"""A project with an environment of its own, and the process that keeps its Python warm."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from support.product import PATIENCE_SECONDS, Outcome, Product, run
from support.terminal import Terminal

FLOW = """
from spinloom import FlowSpec, step

{body}

class WarmFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    WarmFlow()
"""


def wait_until(holds: Callable[[], Any], what: str) -> Any:
    """Waits until `holds()` is true, and returns what it is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := holds()):
        assert time.monotonic() < deadline, f"gave up waiting until {what}"
        time.sleep(0.02)
    return value


def is_alive(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@dataclass
class Project:
    """A folder with flows, an environment in `.venv`, and a folder for sockets."""

    folder: Path
    runtime: Path
    spinloom: str
    env: dict[str, str]

    @property
    def packages(self) -> Path:
        """Where packages are installed."""
        return next((self.folder / ".venv/lib").glob("python3*/site-packages"))

    def flow(self, body: str, name: str = "flow.py") -> None:
        """Writes a flow whose file does `body` when it is run."""
        (self.folder / name).write_text(FLOW.format(body=textwrap.dedent(body)))

    def words(self, *more: str, name: str = "flow.py") -> list[str]:
        """The command line that is served warm."""
        return [self.spinloom, "check", name, *more]

    def check(self, *more: str, name: str = "flow.py", **env: str) -> Outcome:
        """Runs the flow's file, and waits. What `check` itself prints is left out: it comes before a pipe is flushed."""
        outcome = run(self.words(*more, name=name), self.folder, self.env | env)
        printed = [line for line in outcome.stdout.splitlines(keepends=True) if not line.startswith("✓")]
        return replace(outcome, stdout="".join(printed))

    def cold(self, **env: str) -> Outcome:
        """The same without a warm interpreter."""
        return self.check(SPINLOOM_SPIN_DAEMON="0", **env)

    def terminal(self, columns: int = 80, **env: str) -> Terminal:
        """Runs the flow's file on a terminal, served warm unless `env` says otherwise."""
        started = lambda: Terminal(self.words(), self.folder, self.env | {"TERM": "xterm"} | env, columns)  # noqa: E731
        if env.get("SPINLOOM_SPIN_DAEMON") == "0":
            return started()
        served = self.ready()["warm"]
        terminal = started()
        wait_until(lambda: self.figures["warm"] == served + 1, "it is served warm")
        return terminal

    def daemon(self, *words: str) -> Outcome:
        """`spinloom daemon …`."""
        return run([self.spinloom, "daemon", *words], self.folder, self.env)

    @property
    def figures(self) -> dict[str, Any]:
        """What the daemon knows of itself; empty without one."""
        daemons = json.loads(self.daemon("status", "--json").stdout)["data"]["daemons"]
        assert len(daemons) < 2
        return daemons[0] if daemons else {}

    def ready(self) -> dict[str, Any]:
        """Waits until the daemon can serve."""
        return wait_until(lambda: (now := self.figures).get("state") == "ready" and now, "there is a warm interpreter")

    def warm_up(self, body: str = "import asyncio, decimal, pdb, random, threading, json, resource, signal") -> None:
        """Has the daemon learn what `body` imports, and load it."""
        self.flow(body)
        assert self.check().exit_code == 0
        self.ready()

    def warmly(self, *more: str, **env: str) -> Outcome:
        """As `check`, and makes sure that it was served warm."""
        self.ready()
        outcome = self.check("--verbose", *more, **env)
        assert "cold start" not in outcome.stderr, outcome.stderr
        return outcome

    def why_cold(self, **env: str) -> str:
        """As `check`, and returns why it was not served warm."""
        outcome = self.check("--verbose", **env)
        assert "cold start: " in outcome.stderr, outcome.text
        return outcome.stderr.partition("cold start: ")[2].splitlines()[0]


@pytest.fixture
def project(spinloom: Product, tmp_path: Path) -> Iterator[Project]:
    """An empty project."""
    yield from make_project(spinloom, tmp_path)


@pytest.fixture(scope="module")
def warmed(spinloom: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project that is warm already, shared by tests that only run flows of it."""
    for project in make_project(spinloom, tmp_path_factory.mktemp("warmed")):
        project.warm_up()
        yield project


def make_project(spinloom: Product, folder: Path) -> Iterator[Project]:
    """A project with an environment that has Spinloom as the one under test has it."""
    theirs = next(spinloom.bin.parent.glob("lib/python3*/site-packages"))
    venv = folder / ".venv"
    packages = venv / theirs.relative_to(spinloom.bin.parent)
    packages.mkdir(parents=True)
    (venv / "bin").mkdir()
    (venv / "bin/python").symlink_to(spinloom.python.resolve())
    shutil.copy(spinloom.bin.parent / "pyvenv.cfg", venv)
    for path in theirs.glob("*spinloom*"):
        (shutil.copytree if path.is_dir() else shutil.copy)(path, packages / path.name)
    runtime = Path(tempfile.mkdtemp(prefix="warm-", dir="/tmp"))  # a socket's path has to be short
    env = spinloom.environment(folder, SPINLOOM_SPIN_DAEMON="1", XDG_RUNTIME_DIR=str(runtime))
    project = Project(folder, runtime, str(spinloom.bin / "spinloom"), env)
    yield project
    pid = project.figures.get("pid")
    project.daemon("stop", "--all")
    if pid and is_alive(pid):
        os.kill(pid, signal.SIGKILL)
    subprocess.run(["rm", "-rf", str(runtime)], check=True)
