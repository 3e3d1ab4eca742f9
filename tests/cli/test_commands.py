"""What users see of each command that needs Python: help, success, error. `UPDATE_SNAPSHOTS=1` rewrites the snapshots."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.product import Product, updating
from support.redact import redact

SNAPSHOTS = Path(__file__).parent / "snapshots"

FLOW = '''"""Counts the letters of some words."""

from spinloom import FlowSpec, Parameter, step


class WordsFlow(FlowSpec):
    """Counts letters."""

    words = Parameter("words", default="one,three", separator=",", help="Words, with commas between")
    fail = Parameter("fail", default=False, help="Fail in `count`")

    @step
    def start(self):
        """Opens one branch for each word."""
        self.next(self.count, foreach="words")

    @step
    def count(self):
        self.letters = {"word": self.input}["wort" if self.fail else "word"]
        print(self.letters)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(len(i.letters) for i in inputs)
        self.next(self.end)

    @step
    def end(self):
        """Says how many."""
        print(self.total, "letters")


if __name__ == "__main__":
    WordsFlow()
'''

BROKEN = FLOW.replace("self.next(self.end)", "self.next(self.ennd)")

# name of the snapshot -> commands, of which all are shown
CASES: dict[str, list[str]] = {
    "run-help": ["python flow.py run --help", "spinloom run flow.py --help"],
    "run": ["spinloom run flow.py --max-workers 1", "python flow.py run --words a,bb --max-workers 1"],
    "run-json": ["spinloom run flow.py --json --max-workers 1"],
    "run-errors": [
        "spinloom run flow.py --wrods x",
        "spinloom run flow.py --fail maybe",
        "spinloom run nothing.py",
        "spinloom run broken.py",
        "python broken.py run",
        "spinloom run flow.py --with retri",
    ],
    "run-failure": ["spinloom run flow.py --words one --fail true", "python flow.py run --words one --fail true"],
    "resume-help": ["spinloom resume flow.py --help"],
    "resume": [
        "python flow.py --quiet run --words one",
        "spinloom resume flow.py join",
        "spinloom resume flow.py joyn",
        "spinloom resume flow.py --origin-run-id 77",
    ],
    "check": [
        "python flow.py check --help",
        "python flow.py check",
        "spinloom check broken.py",
        "spinloom check flow.py --json",
    ],
    "show": ["python flow.py show --help", "python flow.py show", "spinloom show flow.py", "spinloom show flaw.py"],
    "output-dot": ["python flow.py output-dot --help", "python flow.py output-dot", "spinloom output-dot broken.py"],
    "output-raw": ["python flow.py output-raw --help", "python flow.py output-raw", "spinloom output-raw broken.py"],
    "dump": [
        "python flow.py dump --help",
        "python flow.py --quiet run --words one",
        "python flow.py dump 1/join",
        "python flow.py dump 1/jion",
    ],
    "list-logs-tag": [
        "python flow.py --quiet run --words one --tag nightly",
        "python flow.py list",
        "python flow.py logs 1/count",
        "python flow.py tag list --run-id 1",
        "python flow.py tag add good --run-id 1",
        "python flow.py logs 1/cuont",
        "python flow.py version",
        "python flow.py rnu",
    ],
    "package": [
        "spinloom package --help",
        "spinloom package list --help",
        "python flow.py package save --help",
        "python flow.py package list",
        "spinloom package list flow.py --archive",
        "spinloom --json --package-suffixes .txt package list flow.py | sed 's/ms\":[0-9]*/ms\":0/'",
        "python flow.py package --timeout 3 info",
        "spinloom package save flow.py code.tgz && tar tzf code.tgz",
        "spinloom package save flow.py nowhere/code.tgz",
        "spinloom package list",
        "spinloom package flow.py",
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_what_users_see(name: str, spinloom: Product, tmp_path: Path) -> None:
    """Each command says what its snapshot says."""
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "broken.py").write_text(BROKEN)
    shown = []
    for command in CASES[name]:
        outcome = spinloom.shell(command, tmp_path)
        text = redact(outcome.text, tmp_path)
        # Tasks of one run finish in any order within the same moment.
        text = re.sub(r" +\n", "\n", text)
        shown.append(f"$ {command}\n[exit {outcome.exit_code}]\n{text.rstrip()}\n")
    got = "\n".join(shown)
    snapshot = SNAPSHOTS / f"{name}.txt"
    if updating():
        SNAPSHOTS.mkdir(exist_ok=True)
        snapshot.write_text(got)
    assert snapshot.exists(), "no such snapshot: run with UPDATE_SNAPSHOTS=1 and read what it writes"
    assert got == snapshot.read_text()


def test_no_snapshot_is_forgotten() -> None:
    """Each file of the folder belongs to a test."""
    assert sorted(path.stem for path in SNAPSHOTS.glob("*.txt")) == sorted(CASES)
