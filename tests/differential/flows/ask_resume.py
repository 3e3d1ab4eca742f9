"""RE-06, RE-10, RE-11: what the Client says of the runs of `ResumeFlow` and where they come from; prints answers without ids."""

from metaflow import Flow, namespace

namespace(None)
runs = list(Flow("ResumeFlow"))[::-1]
places = {run.id: f"run {place}" for place, run in enumerate(runs)}


def of(pathspec):
    """A pathspec without ids."""
    if pathspec is None:
        return None
    flow, run, *rest = pathspec.split("/")
    return "/".join([flow, places.get(run, run), *rest[:1], *["task" for _ in rest[1:2]], *rest[2:]])


for run in runs[1:]:
    print(places[run.id], of(run.origin_pathspec), run.successful)
    for step in sorted(run, key=lambda step: step.id):
        if step.id.startswith("_"):
            continue
        task = step.task
        same = {}
        if task.origin_pathspec:
            _flow, origin_run, origin_step, origin_task = task.origin_pathspec.split("/")
            origin = next(one for one in runs if one.id == origin_run)[origin_step][origin_task]
            same = {
                "artifacts": all(one.data == origin[one.id].data for one in task if one.id in origin),
                "hashes": all(one.sha == origin[one.id].sha for one in task if one.id in origin),
                "ids": task.metadata_dict["origin-run-id"] == origin_run
                and task.metadata_dict["origin-task-id"] == origin_task,
                "logs": (task.stdout, task.stderr) == (origin.stdout, origin.stderr),
            }
        print(" ", step.id, of(step.origin_pathspec), of(task.origin_pathspec), task.successful, same)
        print("   ", of(task["trail"].origin_pathspec) if "trail" in task else "no trail")
        print("   ", [of(one.pathspec) for one in task.parent_tasks])
