"""A folder with a flow, and ways to run it, hurt it and look at what is left."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SPINLOOM = str(Path(sys.executable).with_name("spinloom"))

LOOK = """
import json
import random
from spinloom import Flow, namespace
namespace(None)
told = []
for run in Flow("GridFlow"):
    for step in run:
        for task in step:
            if task.successful and step.id == "work":
                value = task["square"].data
                assert task["block"].data == random.Random(task.index).randbytes(300_000)
                told.append((task.index, value))
print(json.dumps(told))
"""


@dataclass
class Lab:
    """One folder, one flow."""

    folder: Path

    def env(self) -> dict[str, str]:
        """The environment of every command."""
        return {**os.environ, "SPINLOOM_USER": "tester", "NO_COLOR": "1"}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts a command of the flow."""
        argv = [sys.executable, "grid_flow.py", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(argv, cwd=self.folder, env=self.env(), stdout=pipe, stderr=subprocess.STDOUT, text=True)

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Runs any command to its end."""
        return subprocess.run(argv, cwd=self.folder, env=self.env(), capture_output=True, text=True, timeout=120)

    def squares(self) -> list[tuple[int, int]]:
        """What all finished tasks of all runs saved, read through the Client; each large value is checked too."""
        looked = self.run(sys.executable, "-c", LOOK)
        assert looked.returncode == 0, looked.stderr
        return [tuple(pair) for pair in json.loads(looked.stdout)]

    def check_and_resume(self) -> None:
        """The store opens, nothing in it is half-visible, and the run can be completed."""
        listed = self.run(SPINLOOM, "list", "GridFlow", "--json")
        runs = json.loads(listed.stdout)["data"]["runs"] if listed.returncode == 0 else []
        if not runs:
            return  # killed before the run was made
        for index, square in self.squares():
            assert square == index * index
        parameters = self.run(SPINLOOM, "show", f"GridFlow/{runs[0]['run']}")
        assert parameters.returncode == 0, parameters.stderr
        resumed = self.run(sys.executable, "grid_flow.py", "resume", "--origin-run-id", runs[0]["run"])
        early = "stopped before its parameters were kept" in resumed.stdout + resumed.stderr
        assert resumed.returncode == 0 or early, resumed.stdout + resumed.stderr
        if not early:
            done = self.run(SPINLOOM, "list", "GridFlow", "--json")
            assert json.loads(done.stdout)["data"]["runs"][0]["status"] == "done"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A fresh folder with the flow in it."""
    shutil.copy(HERE / "grid_flow.py", tmp_path)
    return Lab(tmp_path)


def descendants(pid: int) -> list[int]:
    """The processes below `pid`, parents first."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    below = [int(child) for child in children]
    return below + [deeper for child in below for deeper in descendants(child)]


def kill(pid: int) -> None:
    """`kill -9`; a process that is gone already is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def nobody_left(folder: Path) -> bool:
    """Whether every process that worked in `folder` is gone within three seconds."""
    for _ in range(60):
        cwds = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    cwds.append(os.readlink(entry / "cwd"))
                except OSError:
                    continue
        if str(folder) not in cwds:
            return True
        time.sleep(0.05)
    return False
