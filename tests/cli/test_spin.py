"""`spin` on a real pseudo-terminal: the step is at work where the command was typed (RE-12)."""

from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.product import Product
from support.terminal import Terminal

FLOW = """
import sys
import time

from spinloom import FlowSpec, step


class DeskFlow(FlowSpec):
    @step
    def start(self):
        self.rows = [1, 2]
        self.next(self.work)

    @step
    def work(self):
        WORK
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    DeskFlow()
"""


class Desk:
    """A folder where the flow was run once, with a step to be filled in."""

    def __init__(self, spinloom: Product, folder: Path) -> None:
        self.product, self.folder = spinloom, folder
        self.write("pass")
        assert spinloom.run(["flow.py", "run"], folder).exit_code == 0

    def write(self, work: str) -> None:
        """Has the step do this."""
        (self.folder / "flow.py").write_text(FLOW.replace("WORK", work.replace("\n", "\n        ")))

    def spin(self, *words: str) -> Terminal:
        """Spins the step on a terminal."""
        env = self.product.environment(self.folder, TERM="xterm", SPINLOOM_SPIN_DAEMON="0")
        return Terminal([str(self.product.bin / "spinloom"), "spin", "flow.py", "work", *words], self.folder, env, 100)


@pytest.fixture
def desk(spinloom: Product, tmp_path: Path) -> Desk:
    """A fresh one."""
    return Desk(spinloom, tmp_path)


def test_input(desk: Desk) -> None:
    desk.write("self.name_given = input('who? ')\nprint('hello', self.name_given, sys.stdout.isatty())")
    terminal = desk.spin()
    terminal.until(r"who\?$")
    terminal.type(b"ann\n")
    assert "hello ann True" in terminal.until(r"new +name_given +'ann'")
    assert terminal.end() == 0


def test_a_breakpoint(desk: Desk) -> None:
    desk.write("breakpoint()\nself.total = sum(self.rows)")
    terminal = desk.spin()
    terminal.until(r"\(Pdb\)$")
    terminal.type(b"p self.rows\n")
    terminal.until(r"^\[1, 2\]")
    terminal.type(b"self.rows.append(39)\n")
    terminal.type(b"c\n")
    terminal.until(r"new +total +42")
    assert terminal.end() == 0


def test_looking_around_where_it_failed(desk: Desk) -> None:
    """`--pdb`"""
    desk.write("divisor = 0\nself.ratio = len(self.rows) / divisor")
    terminal = desk.spin("--pdb")
    terminal.until(r"ZeroDivisionError: division by zero[\s\S]*\(Pdb\)$")
    terminal.type(b"p divisor\n")
    terminal.until(r"^0")
    terminal.type(b"q\n")
    terminal.until("✗ work failed")
    assert terminal.end() == 1


def test_interrupted(desk: Desk) -> None:
    """Ctrl-C reaches the step as in any script."""
    desk.write("print('at work')\ntime.sleep(600)")
    terminal = desk.spin()
    terminal.until("at work")
    terminal.type(b"\x03")
    terminal.until("KeyboardInterrupt[\\s\\S]*✗ work failed")
    assert terminal.end() == 130


def test_the_debugger_of_a_kept_spin(desk: Desk) -> None:
    """What is printed is kept too, and still goes to the terminal."""
    desk.write("print('typed:', input('? '), sys.stdout.isatty())")
    terminal = desk.spin("--persist")
    terminal.until(r"\?$")
    terminal.type(b"x\n")
    terminal.until("typed: x True")
    assert terminal.end() == 0


def test_what_a_kept_spin_was_given(desk: Desk) -> None:
    """Where its inputs are from, other values, its code, and the time round it (RE-14)."""
    desk.write("time.sleep(0.05)\nself.total = sum(self.rows)")
    terminal = desk.spin("--persist", "--set", "rows=[3, 4]")
    terminal.until("kept as")
    assert terminal.end() == 0
    with closing(sqlite3.connect(desk.folder / ".spinloom_spin" / "metadata.db")) as db:
        info = json.loads(db.execute("SELECT info FROM runs").fetchone()[0])
        attempt = "SELECT starting_us, saving_us, finished_at - started_at FROM attempts WHERE task = 1"
        starting, saving, whole = db.execute(attempt).fetchone()
    spin = info["spin"]
    assert (spin["run"], spin["step"], spin["task"], spin["set"]) == ("1", "work", 2, {"rows": [3, 4]})
    assert (spin["inputs"], spin["input_count"]) == ([{"step": "start", "task": 1}], 1)
    assert info["code_package"]["files"] == 1
    assert starting > 0 and saving > 0 and whole - starting - saving >= 50_000


def test_again_on_each_save(desk: Desk) -> None:
    """`--watch`: a mistake in the file does not end it, Ctrl-C does."""
    desk.write("print('first')")
    terminal = desk.spin("--watch")
    terminal.until("first[\\s\\S]*waiting for a file to be saved")
    desk.write("print('second'")
    terminal.until("flow.py changed[\\s\\S]*SyntaxError[\\s\\S]*waiting")
    desk.write("print('third')")
    terminal.until("third[\\s\\S]*✓ work[\\s\\S]*waiting")
    terminal.type(b"\x03")
    assert terminal.end() == -signal.SIGINT
