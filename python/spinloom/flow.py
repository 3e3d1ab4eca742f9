"""`FlowSpec`: the class a flow is written as."""

from __future__ import annotations

import sys

from . import seeds as _seeds  # noqa: F401 - before the flow can seed anything
from .classes import flow_class
from .exceptions import MetaflowException
from .locations import is_ours
from .state import FlowState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from .worker.inputs import Inputs, InputView

_set = object.__setattr__


class FlowSpec:
    """A flow: a class with steps, of which each ends in `self.next(…)`.

    Creating an instance in the main module starts the command line; `use_cli=False` does not.
    """

    # The state is in a slot, so that `__dict__` holds artifacts and nothing else.
    __slots__ = ("__dict__", "__weakref__", "_spinloom")
    _spinloom: FlowState

    def __new__(cls, *args: object, **kwargs: object) -> FlowSpec:
        """Gives the instance its state before any `__init__` of the user's assigns to it."""
        self = object.__new__(cls)
        _set(self, "_spinloom", FlowState(flow_class(cls)))
        return self

    def __init__(self, use_cli: bool = True) -> None:
        if use_cli and _created_in_main():
            from .launch import start

            start(self)

    def next(
        self,
        *targets: Callable[..., Any] | dict[Any, Callable[..., Any]],
        foreach: str | None = None,
        num_parallel: int | None = None,
        condition: str | None = None,
        **unknown: object,
    ) -> None:
        """Says which step follows: the last statement of every step but the last.

        `self.next(self.a)` goes on, `self.next(self.a, self.b)` branches, `self.next(self.a, foreach="xs")` runs `a`
        for each item of `self.xs`, and `self.next({"x": self.a, "y": self.b}, condition="which")` chooses by the value
        of `self.which`.
        """
        self._spinloom.next(self, targets, foreach, num_parallel, condition, unknown)

    @property
    def index(self) -> int | None:
        """Position of this task in the innermost foreach; `None` outside one."""
        return self._spinloom.index

    @property
    def input(self) -> Any:
        """Item of the innermost foreach that this task is about; `None` outside one."""
        return self._spinloom.input(self)

    def foreach_stack(self) -> list[tuple[int, int, Any]]:
        """Index, count and item of each foreach round this task, outermost first."""
        return self._spinloom.foreach_stack(self)

    def merge_artifacts(
        self,
        inputs: Inputs | Iterable[InputView],
        exclude: Iterable[str] | None = None,
        include: Iterable[str] | None = None,
    ) -> None:
        """In a join, carries on the artifacts on which the inputs agree, and that this step has not set itself.

        All or nothing: artifacts with different values raise `UnhandledInMergeArtifactsException`, unless they were set
        before or are excluded.
        """
        self._spinloom.merge(self, inputs, list(exclude or ()), list(include or ()))

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter([getattr(self, name) for name in self._spinloom.flow.steps])

    def __getattr__(self, name: str) -> Any:
        if name == "_spinloom":  # only before `__new__` is through
            raise AttributeError(name)
        state = self._spinloom
        try:
            value = state.fetch(name)
        except KeyError:
            raise AttributeError(f"flow `{state.flow.name}` has no attribute `{name}`", name=name, obj=self) from None
        if name not in state.COMPUTED:
            self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._spinloom.flow.locked:
            raise AttributeError(f"`{name}` cannot be changed: class constants are read-only in a run")
        _set(self, name, value)

    def __reduce_ex__(self, protocol: object) -> Any:
        raise MetaflowException(
            "a flow cannot be saved as an artifact",
            hints=["save the attributes you need, such as `self.x = inputs[0].x`"],
            code="SL0201",
        )


def _created_in_main() -> bool:
    """Whether the nearest frame that is neither ours nor an `__init__` is the main module's."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (frame.f_code.co_name == "__init__" or is_ours(frame.f_code.co_filename)):
        frame = frame.f_back
    return frame.f_globals.get("__name__") == "__main__"
