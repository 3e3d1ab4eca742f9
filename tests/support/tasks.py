"""The `tasks` block of a Markdown suite: which tasks a run consists of, and what they hold.

    start
      items = ['a', 'b']
    each[0]
      value = 'A'
    each[1] failed
    join attempt 1
      > printed to standard output
    end from run 0

One line a task: the step, the innermost foreach index in brackets, then `failed`, `attempt N` if it is not the first,
and `from run N` (counting from the oldest, 0) if it was cloned. Under it, artifacts that must have exactly this
representation, `name = (absent)` for one that must not exist, and lines of its standard output.
All tasks of the run must be listed; of its artifacts, only those that matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any


def compare_tasks(text: str, run: dict[str, Any] | None) -> Iterator[str]:
    """Where a run differs from the block; `run` is an observation made by `observe.py`."""
    if run is None:
        yield "there is no run"
        return
    actual = [(title_of(step, task), task) for step, seen in run["steps"].items() for task in seen["tasks"]]
    for title, wanted in entries(text):
        same_title = [pair for pair in actual if pair[0] == title]
        found = next((pair for pair in same_title if not missing(wanted, pair[1])), None)
        if found is None:
            hint = (
                "; ".join(missing(wanted, same_title[0][1]))
                if same_title
                else f"there are {[one for one, _ in actual]}"
            )
            yield f"no task is `{title}` as described: {hint}"
        else:
            actual.remove(found)
    if actual:
        yield f"tasks that are not listed: {[one for one, _ in actual]}"


def entries(text: str) -> list[tuple[str, list[str]]]:
    """The block as (title, lines under it)."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if line.startswith("  "):
            found[-1][1].append(line.strip() if not line.startswith("  >") else line[2:])
        elif line.strip():
            found.append((line.strip(), []))
    return found


def title_of(step: str, task: dict[str, Any]) -> str:
    """A task as the block names it."""
    title = step if task["index"] is None else f"{step}[{task['index']}]"
    if not task["successful"]:
        title += " failed"
    if task["attempt"]:
        title += f" attempt {task['attempt']}"
    if task["origin"]:
        title += f" from {task['origin'].split('/')[0]}"
    return title


def missing(wanted: list[str], task: dict[str, Any]) -> list[str]:
    """Which of the lines under a title do not hold for a task."""
    problems = []
    values = task["artifacts"] | task["private"]
    for line in wanted:
        if line.startswith(">"):
            if line[1:].removeprefix(" ") not in task["stdout"].splitlines():
                problems.append(f"its output has no line {line[1:]!r}: {task['stdout']!r}")
            continue
        name, value = re.fullmatch(r"(\w+) = (.*)", line).groups()
        actual = values.get(name, "(absent)")
        if actual != value:
            problems.append(f"`{name}` is {actual}, not {value}")
    return problems
