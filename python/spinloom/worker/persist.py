"""Saves a task's artifacts: every value visible on the instance, and by reference what was not read."""

from __future__ import annotations

import pickle
from types import FunctionType, MethodType

from ..encoding import encode
from ..exceptions import MetaflowException, MetaflowExceptionWrapper
from ..previews import Previews
from ..unbounded import PARALLEL_VARIABLE, ParallelUBF, members
from .pickling import ATOMS, dump, pour, type_name, unpicklable
from .task import INTERNAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..flow import FlowSpec
    from .task import TaskState

# Names of `FlowSpec`'s own: assigning to them does not make an artifact.
RESERVED = frozenset(["next", "input", "index", "foreach_stack", "merge_artifacts", "script_name"])

FALSE = pickle.dumps(False, 5)
# Kept once for the run: a task saves its own only where it differs.
DEFAULTS: dict[str, Any] = {
    "_task_ok": True,
    "_success": True,
    "_exception": None,
    "_transition": None,
    "_foreach_stack": [],
    "_foreach_var": None,
    "_foreach_num_splits": None,
    "_iteration_stack": [],
    "_configs_processed": True,
}


def save_artifacts(task: TaskState, flow: FlowSpec) -> MetaflowException | None:
    """Saves the user's artifacts; returns the first that could not be saved as an error, having saved the others."""
    ctx, save = task.ctx, task.ctx.save
    loaded = task.loaded
    kept: set[str] = set()
    problem = None
    previews = Previews()
    for name, value in list(flow.__dict__.items()):
        kind = type(value)
        if not is_artifact(name, kind):
            continue
        if kind in ATOMS and loaded.get(name, flow) is value:
            continue  # as it came, and it cannot have been changed in place
        kept.add(name)
        try:
            stream, buffers, *told = encode(value, kind) or pour(ctx, value)
        except Exception as error:  # pickling runs the user's code, which may raise anything
            if problem is None:
                problem = _unpicklable(task, name, value, error)
            continue
        if name in loaded:
            # Whether it was changed is known once it is bytes. If not, it looks as it did.
            save(name, type_name(value), stream, buffers, *(f"{{{note}}}" for note in told))
            if not ctx.carried(name) and (shown := previews.shown(name, value)) is not None:
                ctx.describe(name, shown)
        else:
            save(name, type_name(value), stream, buffers, previews.note(name, value, *told))
    _inherit(task, kept)
    return problem


def is_artifact(name: str, kind: type) -> bool:
    """Whether an attribute of the instance, whose value is of type `kind`, is an artifact of the user's."""
    return not (kind is FunctionType or kind is MethodType or name in RESERVED or name in INTERNAL)


def _inherit(task: TaskState, kept: set[str]) -> None:
    if task.join:
        for name, position in task.merged.items():
            if name not in kept:
                task.ctx.inherit(position, name)
    else:
        task.ctx.inherit_all(0, kept | task.flow.shared | INTERNAL)


def _unpicklable(task: TaskState, name: str, value: Any, error: BaseException) -> MetaflowException:
    from ..source import assignment

    document = task.host.step_document(task.step)
    line = assignment(task.host.cls, task.step, task.host.flow.steps[task.step], name) or document["line"]
    return unpicklable(name, task.step, value, error, document["file"], line)


def save_internal(
    task: TaskState, failure: MetaflowExceptionWrapper | None, caught: MetaflowExceptionWrapper | None
) -> None:
    """Saves what the Client may want to know of the attempt beside its artifacts."""
    save = task.ctx.save
    plan = task.host.plan(task.step)
    save("_current_step", "str", plan.step_pickle, [])
    if task.frames:
        save_value(task, "_foreach_stack", task.stack_record())
    if plan.repeats:
        save_value(task, "_iteration_stack", [task.spec["iteration"]])
    if task.gang is not None:
        save_value(task, "_unbounded_foreach", True)
        if task.gang.node_index == 0:
            save_value(task, "_control_mapper_tasks", members(task.spec))
            save_value(task, "_control_task_is_mapper_zero", True)
    if failure is not None:
        save("_success", "bool", FALSE, [])
        save("_task_ok", "bool", FALSE, [])
        save_value(task, "_exception", failure)
    elif plan.transition_pickle is not None:
        save("_transition", "tuple", plan.transition_pickle, [])
    elif task.transition is not None:
        over = task.transition.foreach or (PARALLEL_VARIABLE if plan.is_gang else None)
        save_value(task, "_transition", (task.transition.steps, over))
    if caught is not None:
        save("_success", "bool", FALSE, [])
        save_value(task, "_catch_exception", caught)


def save_gang(task: TaskState, width: int | None) -> None:
    """Saves what a step that starts a gang leaves in Metaflow."""
    save_value(task, "_foreach_var", PARALLEL_VARIABLE)
    save_value(task, "_unbounded_foreach", True)
    save_value(task, PARALLEL_VARIABLE, ParallelUBF(width or 0))


def save_value(task: TaskState, name: str, value: Any) -> None:
    """Saves one value of our own."""
    stream, buffers = dump(value)
    task.ctx.save(name, type_name(value), stream, buffers)
