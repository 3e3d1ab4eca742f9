"""Prints what spins that were kept hold, oldest first, and that runs are as before."""

import json
import os

from metaflow import Flow, get_metadata, inspect_spin, namespace

namespace(None)
runs_before = len(list(Flow("SpunFlow").runs()))
inspect_spin(".")
assert get_metadata().startswith("spin@")
kept = []
for run in sorted(Flow("SpunFlow").runs(), key=lambda run: run.id):
    for step in run.steps():
        task = step.task
        if not list(task.artifacts):
            continue  # Metaflow also lists those whose outcome was not kept
        data = {one.id: repr(one.data) for one in task.artifacts if one.id not in ("name", "items", "model")}
        kept.append({"step": step.id, "ok": task.successful, "finished": task.finished, "data": data})
print(json.dumps({"runs": runs_before, "kept": kept}, sort_keys=True))
