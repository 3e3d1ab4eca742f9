"""What every flow decorator is made of, and which a flow has."""

from __future__ import annotations

from ..exceptions import InvalidDecorator
from ..locations import caller
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .custom import Custom

# In the namespace of the class; names of this form are neither constants nor artifacts.
_OWN = "__spinloom_decorators__"
_MUTATORS = "__spinloom_mutators__"


class FlowDecorator(Record):
    """A decorator of a flow, as a record."""

    multiple = False
    """Whether a flow may have several of it."""

    def look_up(self, flow: type) -> None:
        """Checks what can only be checked once the flow's file is imported. Raises `InvalidDecorator`."""


def make_flow_decorator(kind: type[FlowDecorator]) -> Callable[..., Any]:
    """The function users write above the class: `@name` or `@name(attribute=…)`."""

    def decorator(flow: Any = None, /, **attributes: Any) -> Any:
        file, line = caller()
        if flow is None:
            record = kind(attributes, file, line)
            return lambda decorated: apply(record, decorated)
        if not isinstance(flow, type):
            first = next(iter(kind.defaults), "name")
            hints = [f"name the attribute, such as `@{kind.name}({first}=…)`"]
            raise _misplaced(kind.name, getattr(flow, "__name__", repr(flow)), file, line, hints)
        return apply(kind(attributes, file, line), flow)

    decorator.__name__ = decorator.__qualname__ = kind.name
    decorator.__doc__ = kind.__doc__
    decorator.decorator_class = kind  # type: ignore[attr-defined]
    return decorator


def _misplaced(name: str, what: str, file: str | None, line: int, hints: list[str]) -> InvalidDecorator:
    return InvalidDecorator(f"`@{name}` is put on `{what}`, which is not a flow", line, file, hints)


def apply(record: FlowDecorator, flow: Any) -> Any:
    """Puts a decorator on a flow. Raises `InvalidDecorator` if that is none."""
    _check_flow(record, flow)
    setattr(flow, _OWN, (record, *vars(flow).get(_OWN, ())))
    flow_decorators(flow)
    return flow


def apply_mutator(record: Custom, flow: Any) -> Any:
    """Puts a mutator on a flow."""
    _check_flow(record, flow)
    setattr(flow, _MUTATORS, (record, *vars(flow).get(_MUTATORS, ())))
    return flow


def _check_flow(record: Record, flow: Any) -> None:
    from ..flow import FlowSpec

    if not (isinstance(flow, type) and issubclass(flow, FlowSpec)):
        name = getattr(flow, "__name__", repr(flow))
        raise _misplaced(record.shown, name, record.file, record.line, ["put it on the line above `class`"])


def flow_mutators(flow: type) -> list[Custom]:
    """The mutators of a flow in the order they are called in: those of its bases first, and innermost first."""
    own, *bases = flow.__mro__
    return [record for base in (*bases, own) for record in reversed(vars(base).get(_MUTATORS, ()))]


def flow_decorators(flow: type) -> list[FlowDecorator]:
    """The decorators of a flow and, after its own, of its bases, outermost first.

    Raises `InvalidDecorator` if two are of one kind, unless there may be several of that.
    """
    records: list[FlowDecorator] = [record for base in flow.__mro__ for record in vars(base).get(_OWN, ())]
    seen: set[str] = set()
    for record in records:
        if record.name in seen and not record.multiple:
            hints = [] if len(vars(flow).get(_OWN, ())) > 1 else ["a flow has the decorators of its bases too"]
            first = next(one for one in records if one.name == record.name)
            raise InvalidDecorator(f"flow `{flow.__name__}` has `@{record.name}` twice", first.line, first.file, hints)
        seen.add(record.name)
    return records
