"""`EventsTimeline`: what happened, newest first."""

from __future__ import annotations

import time
from collections import deque
from typing import ClassVar

from ..component import UserComponent, rendered
from ..native import plain
from .artifact import Artifact
from .image import Image
from .markdown import Markdown
from .value_box import ValueBox
from .viewers import JSONViewer, YAMLViewer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PAYLOADS = (ValueBox, Image, Markdown, Artifact, JSONViewer, YAMLViewer)


class EventsTimeline(UserComponent):
    """Events as they come, such as the turns of an agent; the newest `max_events` are kept."""

    type = "eventsTimeline"
    REALTIME_UPDATABLE = True
    VALID_THEMES: ClassVar[set[str]] = {
        "default",
        "primary",
        "secondary",
        "success",
        "warning",
        "error",
        "info",
        "tool_call",
        "ai_response",
    }

    def __init__(self, title: str | None = None, max_events: int = 100) -> None:
        self._title = title
        self._events: deque[dict[str, Any]] = deque(maxlen=max(1, int(max_events)))
        self._max = max_events
        self._total = 0
        self._first: float | None = None
        self._last: float | None = None
        self._finished = False

    def update(
        self,
        event_data: dict[str, Any],
        style_theme: str | None = None,
        priority: str | None = None,
        payloads: dict[str, Any] | None = None,
        finished: bool | None = None,
    ) -> None:
        """Adds an event: what is known of it, its colour, how much it matters, components to unfold.

        Raises:
            TypeError: the event is not a dictionary, or a payload is not a component that fits.
        """
        if not isinstance(event_data, dict):
            raise TypeError(f"an event is a dictionary, not a value of type `{type(event_data).__name__}`")
        for name, payload in (payloads or {}).items():
            if not isinstance(payload, _PAYLOADS):
                known = ", ".join(kind.__name__ for kind in _PAYLOADS)
                raise TypeError(f"payload `{name}` must be one of: {known}; not `{type(payload).__name__}`")
        now = time.time()
        event = {
            "metadata": {**event_data, "timestamp": event_data.get("timestamp", now)},
            "payloads": dict(payloads or {}),
            "event_id": f"event_{self._total}",
            "received_at": now,
        }
        if style_theme:
            event["style_theme"] = style_theme
        if priority:
            event["priority"] = priority
        self._events.appendleft(event)
        self._total += 1
        self._first = now if self._first is None else self._first
        self._last = now
        if finished is not None:
            self._finished = finished

    def get_stats(self) -> dict[str, Any]:
        """How many events there were, and when."""
        stats: dict[str, Any] = {
            "total_events": self._total,
            "displayed_events": len(self._events),
            "last_update": self._last,
            "first_event": self._first,
            "finished": self._finished,
        }
        if self._total > 1 and self._first is not None and self._last is not None:
            seconds = self._last - self._first
            stats["total_runtime_seconds"] = round(seconds, 1)
            if seconds > 0:
                stats["events_per_minute"] = round(self._total / seconds * 60, 1)
        return stats

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        shown: dict[str, Any] = {
            "type": self.type,
            "id": self.own_id,
            "events": [
                {
                    **event,
                    "metadata": plain(event["metadata"]),
                    "payloads": {name: rendered(one) for name, one in event["payloads"].items()},
                }
                for event in list(self._events)
            ],
            "config": {"show_stats": True, "show_relative_time": True, "max_events": self._max},
            "stats": self.get_stats(),
        }
        if self._title:
            shown["title"] = self._title
        return shown
