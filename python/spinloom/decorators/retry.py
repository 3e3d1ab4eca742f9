"""`@retry`: another attempt when one fails."""

from __future__ import annotations

from .base import StepDecorator, make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Retry(StepDecorator):
    """Runs the step again, up to `times` times, when it fails. The engine schedules the attempts."""

    name = "retry"
    defaults = {"times": 3, "minutes_between_retries": 2}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `StepDecorator.checked`."""
        minutes = attributes["minutes_between_retries"]
        return {
            "times": self.number("times", attributes["times"], whole=True),
            "minutes_between_retries": self.number("minutes_between_retries", minutes),
        }


retry = make_decorator(Retry)
