"""CL-04, CL-05, CL-12: neighbours, indices and metadata of nested foreach tasks, without ids."""

from metaflow import Flow

run = Flow("NestedFlow").latest_run
facts = run._metaflow.metadata


def path(task):
    """How a task is named here: its step and the foreach indices round it."""
    return f"{task.parent.id}[{task.metadata_dict.get('foreach-execution-path', '')}]"


def found(step, name, pattern):
    """Tasks by metadata, named without ids."""
    specs = facts.filter_tasks_by_metadata("NestedFlow", run.id, step, name, pattern)
    return type(specs).__name__, sorted(path(task) for task in run[step] if task.pathspec in specs)


for step in sorted(run, key=lambda step: step.id):
    print(step.id, sorted(one.id for one in step.parent_steps), sorted(one.id for one in step.child_steps))
    print("  first", step.task.id == list(step)[0].id, step.control_task, len(list(step.tasks())))
    for task in sorted(step, key=path):
        parents, children = [sorted(map(path, tasks)) for tasks in (task.parent_tasks, task.child_tasks)]
        print(" ", path(task), task.index, parents, children)

print("outer", found("outer", "foreach-execution-path", "outer:1"))
print("inner of one", found("inner", "foreach-execution-path", "outer:1,inner:.*"))
print("part", found("inner", "foreach-execution-path", "outer:1"))
print("all", found("inner", "foreach-execution-path", ".*") == found("inner", "attempt", "0") == found("inner", "x", ".*"))
print("none", found("inner", "attempt", "1"), facts.filter_tasks_by_metadata("NestedFlow", run.id, "nothing", "x", ".*"))
print("values", sorted({fact.value for task in run["inner"] for fact in task.metadata if fact.name in ("attempt", "attempt_ok", "runtime", "user", "origin-run-id")}))
