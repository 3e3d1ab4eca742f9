"""Prints what the Client says of the runs of `WideFlow`, and of the namespaces they are in."""

import json

from metaflow import Flow, Metaflow, Run, namespace

namespace(None)
run = Flow("WideFlow").latest_run
tasks = list(run["square"])
children = run["start"].task.child_tasks
beyond = {}
for name in ("user:tester", "user:nobody"):
    namespace(name)
    beyond[name] = len(list(Metaflow()))
namespace(None)
print(
    json.dumps(
        {
            "runs": sorted(one.id for one in Flow("WideFlow")),
            "successful": run.successful,
            "tasks": len(tasks),
            "indices": sorted(task.index for task in tasks),
            "total": run.data.total,
            "children": len(list(children)),
            "parents": len(list(run["join"].task.parent_tasks)),
            "same": Run(run.pathspec).id == run.id,
            "origin": run.origin_pathspec,
            "namespaces": beyond,
        }
    )
)
