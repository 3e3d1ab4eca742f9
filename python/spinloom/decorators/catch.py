"""`@catch`: a step that fails counts as finished."""

from __future__ import annotations

from .base import StepDecorator, make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Catch(StepDecorator):
    """When the last attempt fails, keeps its artifacts, stores the exception in `var`, and goes on as if it had not."""

    name = "catch"
    defaults = {"var": None, "print_exception": True}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `StepDecorator.checked`."""
        var = attributes["var"]
        if var is not None and not (isinstance(var, str) and var.isidentifier()):
            raise self.problem(f"needs the name of an attribute for `var`, not `{var!r}`")
        return {"var": var, "print_exception": bool(attributes["print_exception"])}


catch = make_decorator(Catch)
