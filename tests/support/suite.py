"""Markdown suites: a page of prose and code blocks that is also a test (habit 13 of the style guide).

Each `## heading` is one test, done from top to bottom in an empty folder:

* a code block with a file name (```` ```py flow.py ````) writes that file; a later one replaces it;
* ```` ```console ```` runs each `$ command` and compares what it prints (errors included, redacted) and, if it is not
  zero, the exit code, written `[exit 1]` on the last line; ```` ```console quiet ```` compares the exit code alone;
* ```` ```tasks ```` says which tasks the latest run consists of, and what they hold (see `tasks.py`).

`UPDATE_SNAPSHOTS=1` rewrites the `console` blocks; `tasks` blocks are the specification and are never rewritten.

The pages of the guide, and the one for agents, are for readers: their blocks show what somebody called ann sees in a folder of hers, times and
all. Both sides are redacted before they are compared.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support.product import REPOSITORY, Outcome, Product
from support.redact import redact
from support.tasks import compare_tasks

OBSERVER = REPOSITORY / "tests/differential/observe.py"
GUIDE = REPOSITORY / "docs/guide"

#: A page for readers that is not one of the guide's.
AGENTS = REPOSITORY / "docs/agents.md"

#: Where a reader of the guide would be, shown instead of the test's own folder.
READER = "ann"
READERS_FOLDER = Path("/home/ann/hires")


@dataclass(frozen=True)
class Block:
    """One fenced block: its info string in words, its text, and its first and last line in the file (without fences)."""

    info: tuple[str, ...]
    text: str
    first: int
    end: int


@dataclass(frozen=True)
class Section:
    """One heading of a suite and the blocks under it."""

    title: str
    line: int
    blocks: tuple[Block, ...]
    guide: bool = False


@dataclass
class Verdict:
    """What running a section came to: failures to report, and console blocks as they would be written now."""

    failures: list[str] = field(default_factory=list)
    rewritten: dict[Block, str] = field(default_factory=dict)


def read_suite(path: Path) -> list[Section]:
    """The sections of a suite."""
    lines = path.read_text().splitlines()
    headings = [number for number, line in _outside_fences(lines) if line.startswith("## ")]
    ends = [*headings[1:], len(lines)]
    sections = [
        Section(lines[start][3:].strip(), start + 1, tuple(_blocks(lines, start, end)), is_for_readers(path))
        for start, end in zip(headings, ends, strict=True)
    ]
    assert len({section.title for section in sections}) == len(sections), f"{path.name}: two sections have one title"
    before = list(_blocks(lines, 0, headings[0]))
    assert not before, f"{path.name}: a block before the first heading is not tested"
    assert all(section.blocks for section in sections), f"{path.name}: a section without blocks tests nothing"
    return sections


def is_for_readers(path: Path) -> bool:
    """Whether a page shows what ann sees."""
    return path.parent == GUIDE or path == AGENTS


def _outside_fences(lines: list[str]) -> Iterator[tuple[int, str]]:
    inside = False
    for number, line in enumerate(lines):
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            yield number, line


def _blocks(lines: list[str], start: int, end: int) -> Iterator[Block]:
    opened = None
    for number in range(start, end):
        if not lines[number].startswith("```"):
            continue
        if opened is None:
            opened = number
        else:
            info = tuple(lines[opened][3:].split())
            yield Block(info, "\n".join(lines[opened + 1 : number]), opened + 1, number)
            opened = None
    assert opened is None, f"line {opened}: a block is not closed"


def run_section(section: Section, product: Product, folder: Path) -> Verdict:
    """Does what a section says in `folder`, made if need be, up to its first failure other than a changed console."""
    folder.mkdir(parents=True, exist_ok=True)
    if product.is_metaflow:  # a self-check: the suites are written against our names
        (folder / "spinloom.py").write_text("from metaflow import *\n")
    verdict = Verdict()
    for block in section.blocks:
        match block.info:
            case ("console", *options):
                quiet = "quiet" in options or product.is_metaflow
                _run_console(block, quiet, section, product, folder, verdict)
            case ("tasks", *_):
                _check_tasks(block, product, folder, verdict)
            case (_, name):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text + "\n")
            case _:
                verdict.failures.append(f"line {block.first}: a block of unknown kind {block.info}")
    return verdict


def _run_console(block: Block, quiet: bool, section: Section, product: Product, folder: Path, verdict: Verdict) -> None:
    who = {"METAFLOW_USER": READER} if section.guide else {}
    written, said = [], []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            outcome = product.shell(line[2:], folder, **who)
            written += [line, *_shown(outcome, quiet, section, folder)]
            said.append(f"{line}\n{outcome.text[-3000:]}")
    expected, actual = block.text.rstrip(), "\n".join(written).rstrip()
    if product.is_metaflow:
        expected = "\n".join(line for line in expected.splitlines() if re.match(r"\$ |\[exit \d+\]$", line))
    left, right = _comparable(expected, section), _comparable(actual, section)
    if left != right:
        verdict.rewritten[block] = actual
        shown = "\n".join(said) if quiet else right
        verdict.failures.append(f"line {block.first}: expected\n{_indent(left)}\ngot\n{_indent(shown)}")


def _shown(outcome: Outcome, quiet: bool, section: Section, folder: Path) -> list[str]:
    lines = []
    if section.guide and not quiet:
        lines = [line.rstrip() for line in outcome.stdout.replace(str(folder), str(READERS_FOLDER)).splitlines()]
    elif not quiet:
        lines = redact(outcome.stdout, folder).splitlines()
    return lines if outcome.exit_code == 0 else [*lines, f"[exit {outcome.exit_code}]"]


def _comparable(text: str, section: Section) -> str:
    """The text of a console block, without what differs from run to run."""
    if not section.guide:
        return text  # it was written so
    # Columns are as wide as the times in them.
    return re.sub(r" *\[TIME\] *", " [TIME] ", redact(text, READERS_FOLDER))


def _check_tasks(block: Block, product: Product, folder: Path, verdict: Verdict) -> None:
    flow = re.findall(r"^    (\w+)\(\)$", (folder / "flow.py").read_text(), re.M)[-1]
    wanted = re.findall(r"^  (_\w+) =", block.text, re.M)
    observer = shutil.copy(OBSERVER, folder / ".observe.py")
    outcome = product.run([observer, flow, *dict.fromkeys(wanted)], folder)
    if outcome.exit_code:
        verdict.failures.append(f"line {block.first}: the run cannot be observed\n{_indent(outcome.text)}")
        return
    runs = json.loads(outcome.stdout)["runs"]
    for failure in compare_tasks(block.text, runs[-1] if runs else None):
        verdict.failures.append(f"line {block.first}: {failure}")


def rewrite(path: Path, rewritten: dict[Block, str]) -> None:
    """Puts new console blocks into a suite."""
    lines = path.read_text().splitlines()
    for block in sorted(rewritten, key=lambda block: block.first, reverse=True):
        lines[block.first : block.end] = rewritten[block].splitlines()
    path.write_text("\n".join(lines) + "\n")


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
