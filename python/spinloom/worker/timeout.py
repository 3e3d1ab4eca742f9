"""`@timeout` in a task: an alarm that raises in the step's own code."""

from __future__ import annotations

import signal

from ..exceptions import TimeoutException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class time_limit:
    """Raises `TimeoutException` in the main thread if its block takes longer than `seconds`."""

    def __init__(self, seconds: float, step: str, message: str = "") -> None:
        self.seconds = seconds
        self.message = message or f"step `{step}` took longer than its `@timeout` of {seconds:g} s"
        self.previous: Any = None

    def __enter__(self) -> time_limit:
        self.previous = signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        return self

    def __exit__(self, *exception: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.previous)

    def _ring(self, number: int, frame: object) -> None:
        raise TimeoutException(self.message)
