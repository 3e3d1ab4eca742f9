"""`--with`: decorators added to every step that does not have them."""

from __future__ import annotations

import sys
from importlib import import_module

from . import decorators as ours
from .decorators import StepDecorator
from .exceptions import InvalidDecorator
from .locations import suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def attach(steps: dict[str, list[StepDecorator]], specs: list[dict[str, Any]]) -> None:
    """Adds each of `specs` (`name`, `attributes`) to the steps that lack it: one written in the file wins."""
    for spec in specs:
        record = _record(find(spec["name"]), dict(spec.get("attributes") or {}))
        for decorators in steps.values():
            if not any(existing.name == record.name for existing in decorators):
                decorators.append(record)


def _record(kind: type[Any], attributes: dict[str, Any]) -> StepDecorator:
    if issubclass(kind, StepDecorator):
        return kind(attributes, static=False)
    from . import jsonvalue

    return kind.added({name: jsonvalue.decode(value) for name, value in attributes.items()})  # type: ignore[no-any-return]


def detach(steps: dict[str, list[StepDecorator]], names: list[str]) -> None:
    """Removes decorators of these names from every step (`--without`). A known one that no step has is no mistake."""
    there = {decorator.name for decorators in steps.values() for decorator in decorators}
    for name in names:
        if name not in there and name not in ours.KNOWN:
            known = sorted({*there, *ours.KNOWN})
            raise InvalidDecorator(f"there is no step decorator `{name}` to leave out", hints=suggestion(name, known))
    for decorators in steps.values():
        decorators[:] = [decorator for decorator in decorators if decorator.name not in names]


def find(name: str) -> type[Any]:
    """The decorator of a name, or of an import path such as `package.module.decorator`, or of an imported one's name."""
    if name in ours.KNOWN:
        return _kind(getattr(import_module(ours.KNOWN[name], ours.__name__), name), name)
    found = imported(name)
    if found is not None:
        return _kind(found, name)
    if name in ours.FLOW_KNOWN:
        raise _of_flows(name)
    from . import extensions

    found = extensions.find(extensions.STEP_DECORATORS, name)
    if found is not None:
        return _kind(found, name)
    if name in extensions.names(extensions.FLOW_DECORATORS):
        raise _of_flows(name)
    users = (kind.__name__ for kind in _users() if hasattr(kind, "added"))
    known = sorted({*ours.KNOWN, *extensions.names(extensions.STEP_DECORATORS), *users})
    raise InvalidDecorator(
        f"there is no step decorator `{name}`; these can be added: {', '.join(known)}", hints=suggestion(name, known)
    )


def _of_flows(name: str) -> InvalidDecorator:
    return InvalidDecorator(
        f"`{name}` is a flow decorator, so it cannot be added to steps with `--with`",
        hints=[f"write `@{name}(…)` above the flow's class"],
    )


def _users() -> list[type[Any]]:
    """Decorators and mutators of users that are imported: none of ours, and none if nobody asked for the module."""
    module = sys.modules.get("spinloom.decorators.custom")
    found = [] if module is None else list(module.KNOWN.values())
    return [kind for kind in found if not kind.__module__.startswith("spinloom.")]


def imported(name: str, of: type[Any] | None = None) -> Any:
    """What `name` is an import path of, or the user's decorator of that name; `None` if there is none.

    Raises `InvalidDecorator` for a path that leads nowhere, and for a name that several have.
    """
    full = [kind for kind in _users() if f"{kind.__module__}.{kind.__qualname__}" == name]
    ends = [kind for kind in _users() if f".{kind.__module__}.{kind.__qualname__}".endswith(f".{name}")]
    matching = [kind for kind in full or ends if of is None or issubclass(kind, of)]
    if len(matching) > 1:
        paths = sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in matching)
        raise InvalidDecorator(f"`{name}` can be any of {', '.join(paths)}", hints=[f"write `{paths[0]}`"])
    if matching:
        return matching[0]
    if "." not in name:
        return None
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InvalidDecorator(f"decorator `{name}` cannot be imported: {error}") from error


def _kind(found: Any, name: str) -> type[Any]:
    kind = getattr(found, "decorator_class", found)
    if isinstance(kind, type) and (issubclass(kind, StepDecorator) or hasattr(kind, "added")):
        return kind
    raise InvalidDecorator(f"`{name}` is not a step decorator of Spinloom, so it cannot be added with `--with`")
