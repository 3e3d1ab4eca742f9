"""`@timeout`: a limit to how long an attempt may take."""

from __future__ import annotations

from .base import StepDecorator, make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Timeout(StepDecorator):
    """Raises `TimeoutException` in the step's code after `seconds`, `minutes` and `hours`, added up."""

    name = "timeout"
    defaults = {"seconds": 0, "minutes": 0, "hours": 0}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `StepDecorator.checked`."""
        limits = {unit: self.number(unit, value) for unit, value in attributes.items()}
        if not any(limits.values()):
            raise self.problem("has no duration", ["give it one, such as `@timeout(minutes=5)`"])
        return limits


timeout = make_decorator(Timeout)
