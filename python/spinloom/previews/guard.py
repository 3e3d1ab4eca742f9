"""Around code that is not ours: a time limit, and nothing printed, warned of or left changed."""

from __future__ import annotations

import _thread
import signal
import sys
import time
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Code that swallows the first alarm meets the next.
_AGAIN = 0.05


class TooLong(BaseException):
    """A preview took longer than it may; no `except Exception` of a user's stops it."""


class _Quiet:
    """A stream that drops what this thread writes, and hands on what others do."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._thread = _thread.get_ident()

    def write(self, text: str) -> int:
        if _thread.get_ident() == self._thread:
            return len(text)
        written: int = self._stream.write(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Guard:
    """Raises `TooLong` in its block after `seconds`, if this is the main thread; `limited` says whether it can.

    The alarm is shared with the flow's own: its handler is put back, and its timer goes on where it was.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.limited = False
        self._armed = False
        self._began = 0.0
        self._handler: Any = None
        self._timer = (0.0, 0.0)
        self._kept: tuple[Any, ...] = ()
        self._warnings = warnings.catch_warnings()

    def __enter__(self) -> Guard:
        self._kept = (sys.stdout, sys.stderr, sys.unraisablehook)
        sys.stdout, sys.stderr = _Quiet(sys.stdout), _Quiet(sys.stderr)
        sys.unraisablehook = _ignore
        self._warnings.__enter__()
        warnings.simplefilter("ignore")
        if signal.getsignal(signal.SIGALRM) is not None:  # one that C code set could not be put back
            self._arm()
        return self

    def _arm(self) -> None:
        try:
            self._handler = signal.signal(signal.SIGALRM, self._ring)
        except ValueError:  # not the main thread
            return
        self.limited = self._armed = True
        self._began = time.monotonic()
        self._timer = signal.setitimer(signal.ITIMER_REAL, self.seconds, _AGAIN)

    def prolong(self, seconds: float) -> None:
        """Lets the block take `seconds` more from now on."""
        if self.limited:
            signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)

    def __exit__(self, *exception: object) -> None:
        self._armed = False  # an alarm from here on is one too late
        if self.limited:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._handler)
            delay, interval = self._timer
            if delay:
                left = delay - (time.monotonic() - self._began)
                signal.setitimer(signal.ITIMER_REAL, max(left, 1e-6), interval)
        self._warnings.__exit__(None, None, None)
        sys.stdout, sys.stderr, sys.unraisablehook = self._kept

    def _ring(self, _number: int, _frame: object) -> None:
        if self._armed:
            raise TooLong


def _ignore(_problem: object) -> None:
    pass
