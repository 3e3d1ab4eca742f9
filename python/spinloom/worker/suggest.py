"""A "did you mean" for a misspelt artifact, worked out when the failure is told: `hasattr` costs nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_suggestion(error: BaseException) -> None:
    """Adds to an `AttributeError` about a flow, or an input of a join, the artifact that was probably meant."""
    if not isinstance(error, AttributeError) or not isinstance(error.name, str) or len(error.args) != 1:
        return
    try:
        known = _artifacts(error.obj)
    except Exception:  # whatever cannot be read here has nothing to do with the user's mistake
        return
    from ..locations import suggestion

    for hint in suggestion(error.name, known):
        error.args = (f"{error.args[0]}; {hint}",)
        error.name = None  # type: ignore[assignment]  # Python 3.12 and later would add a guess of its own


def _artifacts(owner: Any) -> list[str]:
    """Names of the artifacts that `owner` has, if it is a flow's instance in a task or an input of a join."""
    from ..flow import FlowSpec
    from .inputs import InputView
    from .task import TaskState

    names: set[str] = set()
    if isinstance(owner, InputView):
        task: TaskState = object.__getattribute__(owner, "__spinloom_task__")
        position: int = object.__getattribute__(owner, "__spinloom_position__")
        names.update(name for name, _ in task.ctx.input_artifacts(position))
    elif isinstance(owner, FlowSpec) and isinstance(owner._spinloom, TaskState):
        task = owner._spinloom
        names.update(vars(owner), task.merged, task.flow.shared, task.flow.steps)
        if not task.join:
            names.update(name for name, _ in task.ctx.input_artifacts(0))
    return sorted(name for name in names if not name.startswith("_"))
