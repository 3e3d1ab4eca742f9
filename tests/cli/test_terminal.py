"""The live view of a run, on a real pseudo-terminal (dx § 5.2)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.product import Product
from support.terminal import Terminal

FLOW = """
import os
import time

from spinloom import FlowSpec, step


class WideFlow(FlowSpec):
    @step
    def start(self):
        print("from start")
        self.numbers = list(range(30))
        self.next(self.work, foreach="numbers")

    @step
    def work(self):
        print("at work on", self.input)
        while not os.path.exists("go"):
            time.sleep(0.02)
        if os.path.exists("fail") and self.input == 7:
            raise ValueError("seven")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    WideFlow()
"""


def start(spinloom: Product, folder: Path, columns: int, **more: str) -> Terminal:
    """Runs the flow, twelve tasks at a time, and waits until they are all at work."""
    (folder / "flow.py").write_text(FLOW)
    env = spinloom.environment(folder, TERM="xterm", **more)
    del env["COLUMNS"]
    if "NO_COLOR" not in more:
        del env["NO_COLOR"]
    command = [str(spinloom.bin / "spinloom"), "run", "flow.py", "--max-workers", "12"]
    terminal = Terminal(command, folder, env, columns)
    terminal.until(r"work .* 0/30 +12 running")
    return terminal


@pytest.mark.parametrize("columns", [80, 200])
def test_a_bar_for_a_wide_step(columns: int, spinloom: Product, tmp_path: Path) -> None:
    """Done and running of the total, known before all have begun; the slowest of many; what is to come; then a summary."""
    terminal = start(spinloom, tmp_path, columns)
    shown = terminal.until(r"work\[\d+\] .* slowest of them.*\n.*◌ join ◌ end .*elapsed")
    assert "from start" in shown and "◌ join ◌ end" in shown and "elapsed" in shown
    assert shown.count("work[") == 1, "twelve tasks at work are not twelve lines"
    block = [row for row in shown[shown.index("─") :].splitlines() if row]
    assert len(block) == 4, f"rule, bar, slowest task and outlook, no row wider than the terminal:\n{shown}"
    (tmp_path / "go").touch()
    assert terminal.end() == 0
    rows = terminal.screen.text.splitlines()
    assert [row for row in rows if "30 tasks" in row] and not [row for row in rows if "elapsed" in row]
    assert any(row.startswith("✓ WideFlow/1 in") and "33 tasks, 0 failed" in row for row in rows)
    assert terminal.screen.coloured


@pytest.mark.parametrize("columns", [80, 200])
def test_a_step_that_fails(columns: int, spinloom: Product, tmp_path: Path) -> None:
    """The failure is on the screen with its place, and told in full at the end."""
    (tmp_path / "fail").touch()
    terminal = start(spinloom, tmp_path, columns)
    (tmp_path / "go").touch()
    assert terminal.end() == 1
    shown = terminal.screen.text
    assert "✗ work[7]" in shown and "ValueError: seven" in shown
    assert "WideFlow/1 failed" in shown and "spinloom resume flow.py" in shown
    assert "elapsed" not in shown


def test_ctrl_c(spinloom: Product, tmp_path: Path) -> None:
    """Ctrl-C stops the tasks, clears the view and says how to go on."""
    terminal = start(spinloom, tmp_path, 80)
    terminal.type(b"\x03")
    assert terminal.end() == 130
    shown = terminal.screen.text
    assert "stopping: running tasks get 5 s" in shown and "WideFlow/1 stopped" in shown
    assert "elapsed" not in shown


def test_no_color(spinloom: Product, tmp_path: Path) -> None:
    """NO_COLOR takes the colours away, not the view."""
    terminal = start(spinloom, tmp_path, 80, NO_COLOR="1")
    (tmp_path / "go").touch()
    assert terminal.end() == 0
    assert not terminal.screen.coloured


def test_quiet(spinloom: Product, tmp_path: Path) -> None:
    """`--quiet` leaves nothing of a run that goes well."""
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "go").touch()
    env = spinloom.environment(tmp_path, TERM="xterm")
    terminal = Terminal([str(spinloom.bin / "spinloom"), "run", "flow.py", "--quiet"], tmp_path, env, 80)
    assert terminal.end() == 0
    assert terminal.screen.text == ""


def test_interrupted_before_the_run_has_begun(spinloom: Product, tmp_path: Path) -> None:
    """Ctrl-C while a default is computed is no failure of the flow's."""
    (tmp_path / "flow.py").write_text(
        "import time\n"
        "from spinloom import FlowSpec, Parameter, step\n"
        "def slow(context):\n"
        "    print('computing', flush=True)\n"
        "    time.sleep(600)\n"
        "class SlowFlow(FlowSpec):\n"
        "    n = Parameter('n', default=slow, type=int)\n"
        "    @step\n"
        "    def start(self):\n"
        "        self.next(self.end)\n"
        "    @step\n"
        "    def end(self):\n"
        "        pass\n"
        "if __name__ == '__main__':\n"
        "    SlowFlow()\n"
    )
    command = [str(spinloom.bin / "spinloom"), "run", "flow.py"]
    terminal = Terminal(command, tmp_path, spinloom.environment(tmp_path, TERM="xterm"), 100)
    terminal.until("computing")
    terminal.type(b"\x03")
    terminal.until(r"error\[SL0205\]: interrupted$")
    assert terminal.end() == 130
