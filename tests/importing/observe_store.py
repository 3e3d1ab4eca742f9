"""Says, as JSON, all that the Client tells of a store: written against the Client API alone, so that it runs in either product.

Here ids count: an imported store must give the same answers as the one it came from.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re

from metaflow import Metaflow, Task, namespace

HIDDEN = [
    "_transition",
    "_task_ok",
    "_success",
    "_graph_info",
    "_foreach_stack",
    "_foreach_var",
    "_foreach_values",
    "_foreach_num_splits",
    "_iteration_stack",
    "_current_step",
    "_exception",
    "_unbounded_foreach",
    "_control_mapper_tasks",
    "_control_task_is_mapper_zero",
    "_parallel_ubf_iter",
    "_catch_exception",
    "_configs_processed",
]


def text_of(value: object) -> str:
    """The type and a representation; the class of a product's own things is called differently."""
    kind = type(value).__name__
    body = re.sub(r" object at 0x[0-9a-f]+", "", repr(value))
    body = body.replace("spinloom.unbounded.", "metaflow.flowspec.")
    if len(body) > 2000:
        body = hashlib.sha256(body.encode()).hexdigest()
    return f"{kind}: {body}"


def artifact(task: Task, name: str) -> str:
    """One artifact's value."""
    try:
        return text_of(task[name].data)
    except AttributeError:  # the class of a flow's own file, for either product
        return "its class is elsewhere"


def observe_task(task: Task) -> dict:
    """One attempt of a task."""
    error = task.exception
    return {
        "successful": task.successful,
        "finished": task.finished,
        "finished_at": str(task.finished_at),
        "index": task.index,
        "attempt": task.current_attempt,
        "artifacts": {item.id: artifact(task, item.id) for item in task},
        "sizes": {item.id: item.size for item in task},
        "hidden": {name: artifact(task, name) for name in HIDDEN if name in task},
        "exception": None if error is None else str(error.exception),
        # Metaflow ends the last line with a newline that was never written.
        "stdout": task.stdout.rstrip("\n"),
        "stderr": task.stderr.rstrip("\n"),
        "lines": [[str(at), line] for at, line in task.loglines("stdout")],
    }


def origin(pathspec: str | None) -> str | None:
    """What something was taken over from; `Flow/None` is Metaflow's word for nothing."""
    return None if pathspec is None or "/None" in pathspec else pathspec


def observe_run(run) -> dict:
    """A run with all its tasks and their earlier attempts."""
    steps = {}
    for step in run:
        tasks = {}
        for task in step:
            seen = observe_task(task)
            # Metaflow says something else of steps that repeat themselves: each of their tasks is a parent of each.
            with contextlib.suppress(Exception):
                seen["parents"] = sorted(task.parent_task_pathspecs)
                seen["children"] = sorted(task.child_task_pathspecs)
            seen["origin"] = origin(task.origin_pathspec)
            seen["earlier"] = [observe_task(Task(task.pathspec, attempt=n)) for n in range(task.current_attempt)]
            tasks[task.id] = seen
        steps[step.id] = tasks
    return {
        "successful": run.successful,
        "finished": run.finished,
        "created_at": str(run.created_at),
        "finished_at": str(run.finished_at),
        "user_tags": sorted(run.user_tags),
        "system_tags": sorted(tag for tag in run.system_tags if not tag.startswith("imported:")),
        "origin": origin(run.origin_pathspec),
        "end": run.end_task.id if run.end_task else None,
        "parameters": {item.id: artifact(run["_parameters"].task, item.id) for item in run["_parameters"].task},
        "steps": steps,
    }


if __name__ == "__main__":
    namespace(os.environ.get("NAMESPACE"))
    seen = {run.pathspec: observe_run(run) for flow in Metaflow() for run in flow}
    print(json.dumps({"runs": list(seen), "seen": seen}))
