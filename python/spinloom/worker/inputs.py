"""`inputs` of a join: one lazily loading view for each parent task."""

from __future__ import annotations

from ..exceptions import MetaflowException
from .pickling import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

    from .task import TaskState


def _refuse() -> NoReturn:
    raise MetaflowException(
        "an input of a join cannot be saved as an artifact",
        hints=["save the attributes you need, such as `self.x = inputs[0].x`"],
        code="SL0201",
    )


class InputView:
    """The artifacts of one parent task, each loaded when it is first read."""

    # Names no artifact of a user has.
    __slots__ = ("__dict__", "__spinloom_position__", "__spinloom_task__")

    def __init__(self, task: TaskState, position: int) -> None:
        object.__setattr__(self, "__spinloom_task__", task)
        object.__setattr__(self, "__spinloom_position__", position)

    def __getattr__(self, name: str) -> Any:
        task: TaskState = object.__getattribute__(self, "__spinloom_task__")
        position: int = object.__getattribute__(self, "__spinloom_position__")
        try:
            kept = task.ctx.load(position, name)
        except KeyError:
            kept = None  # said below, where this error of ours is not one "during handling" of which another came
        value = self._beyond(task, position, name) if kept is None else load(*kept)
        self.__dict__[name] = value
        return value

    def _beyond(self, task: TaskState, position: int, name: str) -> Any:
        parent = task.spec["inputs"][position]
        if name == "index":
            return parent["index"]
        if name == "_current_step":
            return parent["step"]
        where = f"{parent['step']}/{parent['task']}"
        raise AttributeError(f"input `{where}` of step `{task.step}` has no artifact `{name}`", name=name, obj=self)

    def __reduce_ex__(self, protocol: object) -> Any:
        _refuse()

    def __repr__(self) -> str:
        parent = object.__getattribute__(self, "__spinloom_task__").spec["inputs"][
            object.__getattribute__(self, "__spinloom_position__")
        ]
        return f"<input {parent['step']}/{parent['task']}>"


class Inputs:
    """The parents of a join, in the order of their definition and then of their index."""

    def __init__(self, task: TaskState) -> None:
        parents = task.spec["inputs"]
        self._views = [InputView(task, position) for position in range(len(parents))]
        # Of several tasks of one step, as after a foreach, the last one.
        self._steps = {parent["step"]: view for parent, view in zip(parents, self._views, strict=True)}

    def __iter__(self) -> Iterator[InputView]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)

    def __getitem__(self, position: Any) -> Any:
        return self._views[position]

    def __getattr__(self, step: str) -> InputView:
        views: dict[str, InputView] = self.__dict__.get("_steps", {})
        if step not in views:
            raise AttributeError(
                f"no input comes from a step `{step}`; they come from {', '.join(views)}", name=step, obj=self
            )
        return views[step]

    def __reduce_ex__(self, protocol: object) -> Any:
        _refuse()
