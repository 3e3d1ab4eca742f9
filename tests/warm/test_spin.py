"""`spinloom spin`, warm: the step's body on the caller's terminal, with libraries loaded already."""

from __future__ import annotations

import json

from support.product import Outcome, run
from support.terminal import Terminal

from .conftest import Project

FLOW = """
from spinloom import FlowSpec, step


class SpinFlow(FlowSpec):
    @step
    def start(self):
        self.x = 3
        self.next(self.train)

    @step
    def train(self):
        import decimal
        self.y = decimal.Decimal(self.x) * 2
        print("y is", self.y)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SpinFlow()
"""


def spin(project: Project, *more: str, daemon: str = "1") -> Outcome:
    words = [project.spinloom, "spin", "flow.py", "train", "--verbose", *more]
    return run(words, project.folder, project.env | {"SPINLOOM_SPIN_DAEMON": daemon})


def started(project: Project) -> None:
    """A run to spin steps of, and a first spin."""
    (project.folder / "flow.py").write_text(FLOW)
    assert run([project.spinloom, "run", "flow.py"], project.folder, project.env).exit_code == 0
    first = spin(project)
    assert first.exit_code == 0 and "cold start: there is no warm interpreter yet" in first.stderr
    project.ready()


def test_a_step_is_spun(project: Project) -> None:
    """RE-12: the same result, warm or cold, and the edited file counts."""
    started(project)
    warm, cold = spin(project), spin(project, daemon="0")
    assert warm.exit_code == cold.exit_code == 0
    assert warm.stdout == cold.stdout == "y is 6\n"
    assert "cold start" not in warm.stderr
    (project.folder / "flow.py").write_text(FLOW.replace("* 2", "* 5"))
    edited = spin(project, "--set", "x=7")
    assert edited.stdout == "y is 35\n" and "cold start" not in edited.stderr


def test_what_steps_import_is_learned_too(project: Project) -> None:
    """A module that only the step's body imports is loaded ahead after the first spin."""
    started(project)
    source = FLOW.replace("import decimal", "import sys; print('decimal' in sys.modules); import decimal")
    (project.folder / "flow.py").write_text(source)
    assert spin(project).stdout.startswith("True\n")
    assert spin(project, daemon="0").stdout.startswith("False\n")


def test_a_step_that_fails(project: Project) -> None:
    started(project)
    (project.folder / "flow.py").write_text(FLOW.replace("* 2", "* {}"))
    warm, cold = spin(project), spin(project, daemon="0")
    assert warm.exit_code == cold.exit_code == 1
    assert "TypeError" in warm.stderr and "cold start" not in warm.stderr


def test_what_is_kept(project: Project) -> None:
    """RE-16: `--persist` keeps what a warm spin made."""
    started(project)
    kept = spin(project, "--persist", "--json")
    assert kept.exit_code == 0 and "cold start" not in kept.stderr
    assert json.loads(kept.stdout.splitlines()[-1])["ok"]
    read = "from spinloom import Flow, inspect_spin; inspect_spin('.'); print(Flow('SpinFlow').latest_run['train'].task['y'].data)"
    shown = run([str(project.folder / ".venv/bin/python"), "-c", read], project.folder, project.env)
    assert shown.stdout == "6\n", shown.stderr


def test_breakpoint_in_a_step(project: Project) -> None:
    started(project)
    (project.folder / "flow.py").write_text(FLOW.replace("import decimal", "import decimal; breakpoint()"))
    words = [project.spinloom, "spin", "flow.py", "train", "--verbose"]
    terminal = Terminal(words, project.folder, project.env | {"TERM": "xterm"}, 120)
    terminal.until(r"\(Pdb\)$")
    terminal.type(b"self.x = 50\n")
    terminal.until(r"self.x = 50\n\(Pdb\)$")
    terminal.type(b"c\n")
    assert terminal.end() == 0
    assert "y is 100" in terminal.screen.text and "cold start" not in terminal.screen.text


def test_watch(project: Project) -> None:
    """Each spin of `--watch` is warm too, and Ctrl-C ends it."""
    (project.folder / ".venv/bin/spinloom").symlink_to(project.spinloom)
    started(project)
    words = [project.spinloom, "spin", "flow.py", "train", "--verbose", "--watch"]
    served = project.figures["warm"]
    terminal = Terminal(words, project.folder, project.env | {"TERM": "xterm"}, 120)
    terminal.until("y is 6\n(.*\n)*waiting for a file")
    project.ready()
    (project.folder / "flow.py").write_text(FLOW.replace("* 2", "* 50"))
    terminal.until("y is 150\n(.*\n)*waiting for a file")
    assert "cold start" not in terminal.screen.text
    assert project.figures["warm"] == served + 3, "the one that watches, and two spins"
    terminal.type(b"\x03")
    assert terminal.end() in (-2, 130)
