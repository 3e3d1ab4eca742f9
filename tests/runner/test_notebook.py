"""`NBRunner`: a flow defined in the cells of a notebook (PR-03), under a real IPython."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from spinloom import NBRunner
from spinloom.runner import RunnerFailed

#: Runs the cells it is handed; what they print, and their errors, are its output.
SHELL = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="nocolor")
for cell in json.load(sys.stdin):
    shell.run_cell(cell, store_history=True)
"""

FLOW = """
from spinloom import FlowSpec, Parameter, step

class CellFlow(FlowSpec):
    size = Parameter("size", default=1)

    @step
    def start(self):
        self.squares = [n * n for n in range(self.size)]
        self.next(self.end)

    @step
    def end(self):
        pass
"""

Notebook = Callable[..., str]


@pytest.fixture
def notebook(here: Path) -> Notebook:
    """Runs cells one after another in a session of its own; what they print, `here` as `.`."""

    def run(*cells: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", SHELL], input=json.dumps(cells), capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.replace(str(here), ".")

    return run


def test_in_one_cell(notebook: Notebook) -> None:
    run = "from spinloom import NBRunner\nrun = NBRunner(CellFlow, show_output=False).nbrun(size=3)\n"
    assert notebook(FLOW + run + "print(run, run.data.squares)") == "Run('CellFlow/1') [0, 1, 4]\n"


def test_defined_in_one_cell_and_run_in_others(notebook: Notebook) -> None:
    assert (
        notebook(
            FLOW,
            "from spinloom import NBRunner\nrunner = NBRunner(CellFlow, show_output=False)",
            "print(runner.run(size=2).status, runner.run(size=4).run.data.squares)",
            "runner.cleanup()",
        )
        == "successful [0, 1, 4, 9]\n"
    )


def test_the_newest_definition_counts(notebook: Notebook) -> None:
    assert (
        notebook(
            FLOW,
            FLOW.replace("n * n", "-n"),
            "from spinloom import NBRunner\nprint(NBRunner(CellFlow, show_output=False).nbrun(size=3).data.squares)",
        )
        == "[0, -1, -2]\n"
    )


def test_what_the_flow_uses_of_earlier_cells_is_taken_along(notebook: Notebook) -> None:
    assert notebook(
        "import math, sys\nfrom spinloom import *",
        "RADIUS = 2\ndef area(radius):\n    return round(math.pi * radius**2, 2)",
        "class Base(FlowSpec):\n    def measure(self):\n        return area(RADIUS)",
        "print('nothing to do with it')\n%time 1",
        """
class SubFlow(Base):
    @step
    def start(self):
        self.area = self.measure()
        self.next(self.end)
    @step
    def end(self):
        pass
""",
        "print(NBRunner(SubFlow, show_output=False).nbrun().data.area)",
    ).endswith("\n12.57\n")


def test_modules_of_the_folder_can_be_imported(notebook: Notebook, here: Path) -> None:
    (here / "shapes.py").write_text("SIDES = 3\n")
    (here / "other").mkdir()
    cell = FLOW.replace("n * n for", "__import__('shapes').SIDES for")
    run = "from spinloom import NBRunner\nprint(NBRunner(CellFlow, show_output=False{}).nbrun().data.squares)"
    assert notebook(cell, run.format("")) == "[3]\n"
    (here / "shapes.py").rename(here / "other/shapes.py")
    assert notebook(cell, run.format(", base_dir='other'")) == "[3]\n"


def test_resume(notebook: Notebook) -> None:
    assert (
        notebook(
            FLOW.replace("self.squares", "if self.size == 1: raise ValueError\n        self.squares"),
            "from spinloom import NBRunner\nrun = NBRunner(CellFlow, show_output=False).nbrun()",
            "print(run.successful, NBRunner(CellFlow, show_output=False).nbresume(size=2).data.squares)",
        )
        == "False [0, 1]\n"
    )


def test_spin(notebook: Notebook) -> None:
    assert (
        notebook(
            FLOW,
            "from spinloom import NBRunner\nrun = NBRunner(CellFlow, show_output=False).nbrun()",
            "print(NBRunner(CellFlow, show_output=False).nbspin('start', set={'size': 3}).data.squares)",
        )
        == "[0, 1, 4]\n"
    )


def test_awaited_in_a_cell(notebook: Notebook) -> None:
    assert (
        notebook(
            FLOW,
            "from spinloom import NBRunner\nrunning = await NBRunner(CellFlow, show_output=False).async_run()",
            "print((await running.wait()).status)",
        )
        == "successful\n"
    )


def test_the_file_goes_with_cleanup(notebook: Notebook) -> None:
    assert (
        notebook(
            FLOW,
            "import os\nfrom spinloom import NBRunner\nrunner = NBRunner(CellFlow)\nprint(os.path.exists(runner.flow_file))",
            "runner.cleanup()\nprint(os.path.exists(runner.flow_file))",
        )
        == "True\nFalse\n"
    )


def test_arguments_are_checked_as_ever(notebook: Notebook) -> None:
    shown = notebook(FLOW, "from spinloom import NBRunner\nNBRunner(CellFlow).nbrun(sise=2)")
    assert "Unknown argument: 'sise' for `run`" in shown and "hint: did you mean `size`?" in shown


def test_in_the_script_that_is_running(here: Path) -> None:
    (here / "script.py").write_text(
        FLOW
        + "from spinloom import NBRunner\nprint(NBRunner(CellFlow, show_output=False).nbrun(size=2).data.squares)\n"
    )
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, timeout=100)
    assert done.stdout == "[0, 1]\n", done.stderr


def test_a_flow_that_is_in_a_file(here: Path) -> None:
    from spinloom.client import Client  # any class that is defined in a file

    with pytest.raises(RunnerFailed, match=r"use `Runner\('.*session\.py'\)`"):
        NBRunner(Client)
