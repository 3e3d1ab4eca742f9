"""`--with`: decorators added to every step that does not have them."""

from __future__ import annotations

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
        kind = find(spec["name"])
        record = kind(dict(spec.get("attributes") or {}), static=False)
        for decorators in steps.values():
            if not any(existing.name == record.name for existing in decorators):
                decorators.append(record)


def find(name: str) -> type[StepDecorator]:
    """The decorator of a name, or of an import path such as `package.module.decorator`."""
    if name in ours.KNOWN:
        return _kind(getattr(import_module(ours.KNOWN[name], ours.__name__), name), name)
    if "." in name:
        module, _, attribute = name.rpartition(".")
        try:
            found = getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise InvalidDecorator(f"decorator `{name}` cannot be imported: {error}") from error
        return _kind(found, name)
    if name in ours.FLOW_KNOWN:
        raise _of_flows(name)
    from . import extensions

    found = extensions.find(extensions.STEP_DECORATORS, name)
    if found is not None:
        return _kind(found, name)
    if name in extensions.names(extensions.FLOW_DECORATORS):
        raise _of_flows(name)
    known = sorted({*ours.KNOWN, *extensions.names(extensions.STEP_DECORATORS)})
    raise InvalidDecorator(
        f"there is no step decorator `{name}`; these can be added: {', '.join(known)}", hints=suggestion(name, known)
    )


def _of_flows(name: str) -> InvalidDecorator:
    return InvalidDecorator(
        f"`{name}` is a flow decorator, so it cannot be added to steps with `--with`",
        hints=[f"write `@{name}(…)` above the flow's class"],
    )


def _kind(found: Any, name: str) -> type[StepDecorator]:
    kind = getattr(found, "decorator_class", found)
    if isinstance(kind, type) and issubclass(kind, StepDecorator):
        return kind
    raise InvalidDecorator(f"`{name}` is not a step decorator of Spinloom, so it cannot be added with `--with`")
