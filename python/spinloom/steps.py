"""`@step`: marks a method of a flow as a step."""

from __future__ import annotations

from types import FunctionType

from .exceptions import InvalidDecorator
from .locations import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar, overload

    StepFunction = TypeVar("StepFunction", bound=Callable[..., Any])

    @overload
    def step(f: StepFunction) -> StepFunction: ...
    @overload
    def step(
        *, start: bool = False, end: bool = False, node_info: Mapping[str, Any] | None = None
    ) -> Callable[[StepFunction], StepFunction]: ...
    def step(f: Any = None, **marks: Any) -> Any:
        """See `_step`."""


def _step(f: Any = None, *, start: bool = False, end: bool = False, node_info: Mapping[str, Any] | None = None) -> Any:
    """Marks a method as a step. It must be the innermost decorator.

    `start` and `end` let other names than `start` and `end` serve as the flow's entry and exit; `node_info` is kept in
    the graph.
    """

    def mark(function: Any) -> Any:
        if not isinstance(function, FunctionType):
            file, line = caller()
            raise InvalidDecorator(
                f"`@step` is put on `{function!r}`, which is not a method",
                line,
                file,
                ["`@step` goes on the line just above `def`"],
            )
        function.is_step = True  # type: ignore[attr-defined]
        function.name = function.__name__  # type: ignore[attr-defined]
        function.decorators = []  # type: ignore[attr-defined]
        function.marks = {"start": bool(start), "end": bool(end), "node_info": dict(node_info or {})}  # type: ignore[attr-defined]
        return function

    return mark if f is None else mark(f)


if not TYPE_CHECKING:
    step = _step
    step.__name__ = step.__qualname__ = "step"


def is_step(value: object) -> bool:
    """Whether `value` is a method marked by `@step`."""
    return getattr(value, "is_step", False) is True
