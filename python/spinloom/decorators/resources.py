"""`@resources`: what a step needs of the machine it runs on."""

from __future__ import annotations

from .base import StepDecorator, make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Resources(StepDecorator):
    """Asks for `cpu` cores, `gpu` devices, and `memory`, `disk` and `shared_memory` in megabytes."""

    name = "resources"
    defaults = {"cpu": 1, "gpu": None, "disk": None, "memory": 4096, "shared_memory": None}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `StepDecorator.checked`."""
        return {name: None if value is None else self.number(name, value) for name, value in attributes.items()}


resources = make_decorator(Resources)
