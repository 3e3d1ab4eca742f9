"""CL-01 to CL-08: questions to the Client about the runs of `SplitFlow`; prints answers without ids."""

from metaflow import DataArtifact, Flow, Metaflow, Run, Step, Task, get_namespace, namespace
from metaflow.exception import MetaflowNotFound


def refused(function):
    """The name of what `function` raises."""
    try:
        return f"no: {function()!r}"
    except Exception as error:
        return type(error).__name__


print("namespace", get_namespace())
flow = Flow("SplitFlow")
run = flow.latest_run
print("flows", [one.id for one in Metaflow()], [one.id for one in Metaflow().flows])
print("same run", flow[run.id].id == run.id, Run(run.pathspec).id == run.id, flow.latest_successful_run.id == run.id)
print("runs", len(list(flow)), len(list(flow.runs())), len(list(flow.runs("no-such-tag"))), run.id in flow)
print("repr", repr(flow), repr(run) == f"Run('{run.pathspec}')", repr(run["start"].task["base"]).partition("(")[0])
print("path", flow.pathspec, run.pathspec.count("/"), run.path_components[0], run.parent.id)
print("steps", sorted(one.id for one in run.steps()), sorted(one.id for one in run), "a" in run, "z" in run)

step = run["join"]
task = step.task
print("step", step.pathspec == f"{run.pathspec}/join", len(list(step)), len(list(step.tasks())), step.parent == run or step.parent.id == run.id)
print("around", sorted(one.id for one in step.parent_steps), [one.id for one in step.child_steps])
print("task", Task(task.pathspec).id == task.id, task.parent.id, Step(step.pathspec).id, task.finished_at is not None)
print("parents", sorted(one.parent.id for one in task.parent_tasks), [one.parent.id for one in task.child_tasks])
print("artifacts", sorted(one.id for one in task), sorted(one.id for one in task.artifacts))
print("named", task.artifacts.total.data, task["total"].data, task.data.total, "total" in task, "nothing" in task)
print("data", "total" in task.data, "nothing" in task.data, run.data.total, refused(lambda: task.data.nothing))
artifact = DataArtifact(f"{task.pathspec}/total")
print("artifact", artifact.data, artifact.id, artifact.size > 0, len(artifact.sha), artifact.finished_at is not None)
print("internal", task["_task_ok"].data, task["_success"].data, task["name"].data)
print("constants", [one.id for one in run["_parameters"].task] if "_parameters" in run else "no _parameters")
print("metadata", {key for key in ("attempt", "attempt_ok", "user", "runtime", "origin-run-id") if key in task.metadata_dict} >= {"attempt"})
print("metadata items", all(one.name and one.value is not None for one in task.metadata), len(task.metadata) > 0)
print("times", run.created_at <= run.finished_at, task.created_at <= task.finished_at, task.created_at.tzinfo)
print("environment", type(task.environment_info).__name__, task.runtime_name, task.index, task.current_attempt)
print("success", run.successful, run.finished, task.successful, task.finished, task.exception, run.end_task.parent.id)
print("lines", [(type(when).__name__, text) for when, text in run["end"].task.loglines("stdout")], run["end"].task.stdout_size)

print("flow", refused(lambda: Flow("NoSuchFlow")), refused(lambda: Flow("not/a/flow")))
print("run", refused(lambda: Run("SplitFlow/99999")), refused(lambda: flow["99999"]), refused(lambda: Run("SplitFlow")))
print("missing", refused(lambda: run["nothing"]), refused(lambda: step["99999"]), refused(lambda: task["nothing"]))
print("attributes", refused(lambda: task.artifacts.nothing), issubclass(MetaflowNotFound, Exception))
print("attempt", refused(lambda: Task(task.pathspec, attempt=3).successful), Task(task.pathspec, attempt=0).successful)

namespace("user:somebody-else")
print("elsewhere", refused(lambda: Run(run.pathspec)), refused(lambda: Flow("SplitFlow")), [one.id for one in Metaflow()])
namespace(None)
print("everywhere", Run(run.pathspec).id == run.id, get_namespace(), run.is_in_namespace())
