"""`@environment`: variables of the task's process."""

from __future__ import annotations

from .base import StepDecorator, make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Environment(StepDecorator):
    """Sets `vars`, as text, in the environment of the task before the step runs."""

    name = "environment"
    defaults: dict[str, Any] = {"vars": {}}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `StepDecorator.checked`."""
        given = attributes["vars"]
        if not isinstance(given, dict):
            raise self.problem(f"needs a dictionary for `vars`, not `{given!r}`")
        for name in given:
            if not isinstance(name, str) or not name or "=" in name or "\0" in name:
                raise self.problem(f"cannot set a variable of the name `{name!r}`")
        return {"vars": {name: str(value) for name, value in given.items()}}


environment = make_decorator(Environment)
