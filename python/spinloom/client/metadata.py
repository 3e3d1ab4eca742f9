"""``task.metadata``: the facts recorded about a task, as the name-value pairs that scripts expect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .session import Scope
    from .task import Task


class Metadata(NamedTuple):
    """One fact about a task. ``created_at`` is in milliseconds since the epoch."""

    name: str
    value: Any
    created_at: int
    type: str
    task: Task


class Facts:
    """Finds tasks by what is recorded about them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def filter_tasks_by_metadata(
        self, flow_name: str, run_id: str, step_name: str, field_name: str, pattern: str
    ) -> list[str]:
        """Pathspecs of the tasks of a step with a fact ``field_name`` of which ``pattern`` matches the whole value.

        ``.*`` matches all tasks, those without such a fact too. A step that does not exist has no tasks.

        Raises:
            re.error: ``pattern`` is no regular expression.
        """
        from .step import Step

        wanted = re.compile(pattern)
        step = Step._make(self._scope, (flow_name, run_id, step_name), {})
        tasks = sorted(step.tasks(), key=lambda task: int(task.id))
        return [task.pathspec for task in tasks if pattern == ".*" or _has(task, field_name, wanted)]


def _has(task: Task, name: str, wanted: re.Pattern[str]) -> bool:
    return any(fact.name == name and wanted.fullmatch(str(fact.value)) for fact in describe(task))


def describe(task: Task) -> list[Metadata]:
    """All facts about a task, oldest first; the same name comes once for each attempt."""
    facts = [Metadata(name, value, at // 1000, kind or name, task) for name, value, at, kind in _facts(task)]
    return sorted(facts, key=lambda fact: fact.created_at)


def _facts(task: Task) -> Iterator[Any]:
    record, run = task._record, task._run_record()
    at = record["created_at"]
    yield from ((name, value, at, None) for name, value in _surroundings(task, run))
    yield from ((name, value, at, None) for name, value in _foreach(task))
    if record["origin"] is not None:
        yield "origin-run-id", record["origin"][0], at, None
        yield "origin-task-id", str(record["origin"][1]), at, None
        attempts = [{**record, "started_at": at}]
    else:
        yield "origin-run-id", str(run["origin"]), at, None
        attempts = task._provider.attempts(*task._path[:2], task.id)
    for attempt in attempts:
        if task._attempt is None or attempt["attempt"] <= task._attempt:
            yield from _attempt(attempt)


def _attempt(attempt: dict[str, Any]) -> Iterator[Any]:
    number = str(attempt["attempt"])
    yield "attempt", number, attempt["started_at"], None
    if attempt["status"] != "running":
        yield "attempt_ok", str(attempt["status"] == "done"), attempt["finished_at"], "internal_attempt_status"
        yield "attempt-done", number, attempt["finished_at"], None


def _surroundings(task: Task, run: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the run knows about where it runs: its system tags, and its ``info``; what is no plain value as JSON."""
    for tag in run["system_tags"]:
        name, colon, value = tag.partition(":")
        if colon:
            yield name, value
    yield "ds-type", "local"
    yield "ds-root", task._provider.root
    git = run["info"].get("git")
    if git is not None:
        yield "git-info", json.dumps({"branch_name": git["branch"], "commit_sha": git["revision"]})
    for name, value in run["info"].items():
        if name == "parameters":  # They are artifacts; these are there to find runs by.
            continue
        name = "script-name" if name == "script" else name.replace("_", "-")
        yield name, json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _foreach(task: Task) -> Iterator[tuple[str, Any]]:
    indices = task._record["indices"]
    if not indices:
        return
    frames = task.parent.parent._lineage.frames(task.path_components[2])
    if len(frames) != len(indices):
        return
    path = [f"{step}:{index}" for (step, _), index in zip(frames, indices, strict=True)]
    yield "foreach-execution-path", ",".join(path)
