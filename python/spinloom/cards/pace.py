"""How often a card is shown while its step runs: as often as that costs next to nothing.

A module of its own, which tasks import that need it: whoever has imported `threading` pays for it in every fork.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

SHARE = 20
"""Showing a card may take one part in so many of the step's time."""


class Pace:
    """Calls `show` when it is asked to, at once or as soon as the last time is `interval` seconds ago."""

    def __init__(self, show: Callable[[], None], interval: float) -> None:
        self._show = show
        self._interval = interval
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._next = 0.0

    def call(self, force: bool) -> None:
        """Shows, now or soon. `force` does not wait. Never raises."""
        wait = 0.0 if force else self._next - time.monotonic()
        if wait <= 0:
            self._now()
        elif self._timer is None:
            self._timer = threading.Timer(wait, self._now)
            self._timer.daemon = True
            self._timer.start()

    def _now(self) -> None:
        with self._lock:
            self._timer = None
            began = time.monotonic()
            with suppress(Exception):  # a card is never worth a step
                self._show()
            cost = time.monotonic() - began
            self._next = began + cost + max(self._interval, cost * SHARE)

    def stop(self) -> None:
        """Nothing is shown any more."""
        with self._lock:
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            timer.join(1)
