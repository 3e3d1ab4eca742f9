"""What every step decorator is made of."""

from __future__ import annotations

from ..exceptions import InvalidDecorator
from ..locations import caller
from ..steps import is_step
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class StepDecorator(Record):
    """A decorator of a step, as a record. What it does lives where it happens, in the engine or in the worker."""


def make_decorator(kind: type[StepDecorator]) -> Callable[..., Any]:
    """The function users write: `@name` or `@name(attribute=…)`."""

    def decorator(f: Any = None, **attributes: Any) -> Any:
        file, line = caller()
        if f is None:
            record = kind(attributes, file, line)
            return lambda function: apply(record, function)
        return apply(kind(attributes, file, line), f)

    decorator.__name__ = decorator.__qualname__ = kind.name
    decorator.__doc__ = kind.__doc__
    decorator.decorator_class = kind  # type: ignore[attr-defined]
    return decorator


def apply(record: StepDecorator, function: Any) -> Any:
    """Puts a decorator on a step. Raises `InvalidDecorator` where it does not belong."""
    name = getattr(function, "__name__", repr(function))
    if not is_step(function):
        hints = ["put `@step` on the line just above `def`, and the other decorators above it"]
        if not callable(function):
            hints = [f"name the attribute, such as `@{record.shown}({next(iter(record.defaults), 'name')}=…)`"]
        raise InvalidDecorator(
            f"`@{record.shown}` is put on `{name}`, which is not a step", record.line, record.file, hints
        )
    if not record.custom and not record.several and any(other.name == record.name for other in function.decorators):
        raise InvalidDecorator(f"step `{name}` has `@{record.shown}` twice", record.line, record.file)
    function.decorators.insert(0, record)
    return function
