"""Says, as JSON, what the runs of a flow came to: written against the Client API alone, so that it runs in either product.

    python observe.py FlowName [private artifact name …]

Ids differ between products and runs, so nothing here is an id: a run is its ordinal (oldest first), a task its step and
its place among the step's tasks, ordered by foreach index and then by content (both products may number and list
siblings in any order).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys

from metaflow import Flow, Task, namespace

#: Longer representations are compared by length and hash.
LONGEST = 2000

#: Written about every task by the engine, and part of what scripts read (AR-11).
INTERNAL = ("_task_ok", "_success")

#: The kinds of system tag a script may filter by (CU-06); a product may add its own.
SYSTEM_TAGS = {"user", "metaflow_version", "runtime", "python_version"}

#: Where the engine's report of a failed step begins in the step's own standard error. Reports are worded differently.
REPORT = re.compile(
    r"^(<flow .* step .*> failed:|Traceback \(most recent call last\):|error\[SL\d+\]|✗ |\s*Internal error)", re.M
)


def text_of(value: object) -> str:
    """A representation that is equal exactly when the values are: sets sorted, addresses removed, long ones hashed."""
    if isinstance(value, (set, frozenset)):
        body = f"{type(value).__name__}({sorted(text_of(item) for item in value)})"
    elif isinstance(value, BaseException):
        body = f"{type(value).__name__}: {value}"
    else:
        body = re.sub(r" at 0x[0-9a-f]+", "", repr(value))
    if len(body) > LONGEST:
        return f"{len(body)} characters, sha256 {hashlib.sha256(body.encode()).hexdigest()[:16]}"
    return body


def artifact(task: Task, name: str) -> str:
    """One artifact's value, or which exception reading it raised."""
    try:
        return text_of(task[name].data)
    except Exception as error:  # a failing read is itself an observation
        return f"unreadable: {type(error).__name__}"


def log(text: str, successful: bool) -> str:
    """A log, without the engine's report of the failure."""
    found = None if successful else REPORT.search(text)
    if found:
        text = text[: found.start()]
    if len(text) > LONGEST:
        return f"{len(text)} characters, sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return text


def failure(task: Task) -> dict | None:
    """Type and message of what a step raised."""
    error = task.exception
    if error is None:
        return None
    original = error.exception
    return {
        "type": str(error.type).rpartition(".")[2],
        "message": original if isinstance(original, str) else str(original),
    }


def observe_task(task: Task, private: list[str], attempts: bool = True) -> dict:
    """Everything two products must agree on about one task."""
    successful = task.successful
    seen = {
        "index": task.index,
        "successful": successful,
        "finished": task.finished,
        "attempt": task.current_attempt,
        "artifacts": {item.id: artifact(task, item.id) for item in task},
        "private": {name: artifact(task, name) for name in (*INTERNAL, *private) if name in task},
        "exception": failure(task),
        "stdout": log(task.stdout, successful),
        "stderr": log(task.stderr, successful),
        "reported": failure(task) is None or failure(task)["type"] in task.stderr,
    }
    if attempts and task.current_attempt > 0:
        earlier = (Task(task.pathspec, attempt=number) for number in range(task.current_attempt))
        seen["earlier"] = [observe_task(one, private, attempts=False) for one in earlier]
    return seen


def key_of(seen: dict) -> tuple:
    """The order of a step's tasks: by index, then by what they hold."""
    index = seen["index"]
    return (index is not None, index or 0, json.dumps(seen, sort_keys=True, default=str))


def related(steps) -> list[str] | str:
    """Names of steps, or which exception asking for them raised: Metaflow's does for a case that was not taken."""
    try:
        return sorted(step.id for step in steps)
    except Exception as error:
        return f"unreadable: {type(error).__name__}"


def observe_run(run, ordinals: dict[str, int], private: list[str]) -> dict:
    """One run: its steps, and each step's tasks in a canonical order, with their parents and children."""
    steps = list(run)
    found, places = {}, {}
    for step in steps:
        pairs = sorted(((observe_task(task, private), task) for task in step), key=lambda pair: key_of(pair[0]))
        found[step.id] = pairs
        places |= {task.pathspec: f"{step.id}/{place}" for place, (_, task) in enumerate(pairs)}
    seen_steps = {}
    for step in steps:
        for seen, task in found[step.id]:
            if "_task_ok" in task:  # of a task that could not save anything, Metaflow knows neither
                seen["parents"] = sorted(places[spec] for spec in task.parent_task_pathspecs)
                seen["children"] = sorted(places[spec] for spec in task.child_task_pathspecs)
            seen["origin"] = origin(task.origin_pathspec, ordinals)
        all_well = all(seen["successful"] for seen, _ in found[step.id])
        seen_steps[step.id] = {
            # Metaflow raises where a child step has not begun and where the first task has saved nothing.
            "parents": related(step.parent_steps) if all_well else None,
            "children": related(step.child_steps) if all_well and run.finished else None,
            "tasks": [seen for seen, _ in found[step.id]],
        }
    end = run.end_task
    resumed = origin(run.origin_pathspec, ordinals)
    return {
        "successful": run.successful,
        "finished": run.finished,
        "user_tags": sorted(run.user_tags),
        "system_tags": sorted({tag.partition(":")[0] for tag in run.system_tags} & SYSTEM_TAGS),
        "origin": resumed,
        "end_task": end is not None,
        "data": sorted(item.id for item in end if item.id in run.data) if end else None,
        "newest_step": steps[0].id if run.finished and not resumed else None,
        "steps": seen_steps,
    }


def origin(pathspec: str | None, ordinals: dict[str, int]) -> str | None:
    """Where something was cloned from: the run's ordinal and the step, never an id."""
    if not pathspec:
        return None
    _flow, run, *rest = pathspec.split("/")
    if run == "None":  # Metaflow's way to say that a run was not resumed (RE-06)
        return None
    return "/".join([f"run {ordinals.get(run, '?')}", *rest[:1]])


def main() -> None:
    """Prints the observation of the flow named on the command line."""
    name, *private = sys.argv[1:]
    namespace(None)
    try:
        # Metaflow leaves a record of a run that was refused before its first task; ours leaves none.
        runs = [run for run in Flow(name) if any(True for _ in run)][::-1]
    except Exception as error:
        print(json.dumps({"runs": [], "flow": type(error).__name__}))
        return
    ordinals = {run.id: place for place, run in enumerate(runs)}
    print(json.dumps({"runs": [observe_run(run, ordinals, private) for run in runs], "flow": name}))


if __name__ == "__main__":
    main()
