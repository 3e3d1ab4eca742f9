"""`ProgressBar`: how far the step has come."""

from __future__ import annotations

from ..component import UserComponent
from ..native import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ProgressBar(UserComponent):
    """A bar that fills from 0 to `max`."""

    type = "progressBar"
    REALTIME_UPDATABLE = True

    def __init__(
        self,
        max: float = 100,
        label: str | None = None,
        value: float = 0,
        unit: str | None = None,
        metadata: str | None = None,
    ) -> None:
        self._max = max
        self._label = label
        self._value = value
        self._unit = unit
        self._metadata = metadata

    def update(self, new_value: float, metadata: str | None = None) -> None:
        """Fills the bar to `new_value`; `metadata` is shown beside it."""
        self._value = new_value
        if metadata is not None:
            self._metadata = metadata

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        shown = {"type": self.type, "id": self.own_id, "max": plain(self._max), "value": plain(self._value)}
        for name, value in (("label", self._label), ("unit", self._unit), ("details", self._metadata)):
            if value:
                shown[name] = str(value)
        return shown
