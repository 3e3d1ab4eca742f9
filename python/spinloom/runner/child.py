"""The process of one command: started, followed, ended."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import TextIO

from .log import Lines, Log

_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.05
_ECHO_PAUSE = 0.05

_left: weakref.WeakSet[Child] = weakref.WeakSet()
"""Processes whose waiting was cancelled: they are ended if this one ends before anybody asks for them again."""


class Child:
    """A process that runs ``words``, in a group of its own: who presses Ctrl-C reaches it through us, once.

    Args:
        words: program and arguments.
        env: its environment.
        cwd: its working directory; None for ours.
        echo: also shows what it writes, as it is written, on this process's own streams.
    """

    def __init__(self, words: list[str], env: Mapping[str, str], cwd: str | None, echo: bool) -> None:
        self.words = words
        self.logs = {"stdout": Log(), "stderr": Log()}
        self.timed_out = False
        self.process = subprocess.Popen(
            words,
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=self.logs["stdout"].fileno(),
            stderr=self.logs["stderr"].fileno(),
            process_group=0,
        )
        self._echo = threading.Thread(target=self._show, name="spinloom-runner", daemon=True) if echo else None
        if self._echo is not None:
            self._echo.start()

    @property
    def returncode(self) -> int | None:
        """How it ended, negative for a signal; None while it runs."""
        return self.process.poll()

    def is_over(self) -> bool:
        """It has ended, and what it wrote was shown."""
        return self.returncode is not None and (self._echo is None or not self._echo.is_alive())

    def until(self, reached: Callable[[], bool], timeout: float | None = None) -> None:
        """Waits.

        Raises:
            TimeoutError: after ``timeout`` seconds.
        """
        for pause in _pauses(reached, timeout):
            time.sleep(pause)

    @contextlib.contextmanager
    def ended_by_interrupt(self) -> Iterator[None]:
        """Whenever Ctrl-C is pressed in this block, the process is interrupted too, and has ended when the block is left."""
        try:
            yield
        except KeyboardInterrupt:
            self.end(signal.SIGINT)
            raise

    async def async_until(self, reached: Callable[[], bool], timeout: float | None = None) -> None:
        """Waits, and lets others work meanwhile.

        Raises:
            TimeoutError: after ``timeout`` seconds.
        """
        _left.discard(self)
        try:
            for pause in _pauses(reached, timeout):
                await asyncio.sleep(pause)
        except (asyncio.CancelledError, KeyboardInterrupt):
            _left.add(self)
            raise

    def end(self, number: int = signal.SIGTERM) -> None:
        """Sends a signal, if the process still runs, and waits for its end: a run records how it was stopped."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            self.process.wait()
        if self._echo is not None:
            self._echo.join()

    def expire(self, seconds: float | None) -> None:
        """Ends the process as one that took too long, and says so."""
        self.timed_out = True
        self.end()
        sys.stderr.write(f"Timeout: `{' '.join(self.words)}` did not complete within {seconds} seconds\n")

    def _show(self) -> None:
        shown = [(Lines(log), getattr(sys, name)) for name, log in self.logs.items()]
        while True:
            over = self.returncode is not None
            for lines, stream in shown:
                _write(stream, lines.take(all_written=over))
            if over:
                return
            time.sleep(_ECHO_PAUSE)


def _write(stream: TextIO, lines: list[tuple[int, str]]) -> None:
    if lines:
        with contextlib.suppress(OSError, ValueError):  # closed: there is nobody to show it to
            stream.write("".join(f"{line}\n" for _, line in lines))
            stream.flush()


def _pauses(reached: Callable[[], bool], timeout: float | None) -> Iterator[float]:
    """How long to wait before asking again, until it is reached: soon at first, then less often."""
    last = None if timeout is None else time.monotonic() + timeout
    pause = _FIRST_PAUSE
    while not reached():
        if last is not None and time.monotonic() >= last:
            raise TimeoutError(f"not within {timeout} seconds")
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE)


@atexit.register
def _end_those_left() -> None:
    for child in list(_left):
        if child.returncode is None:
            child.end(signal.SIGINT)


def environment(env: Mapping[str, str] | None, profile: str | None) -> dict[str, str]:
    """This process's environment, with ``env`` on top."""
    more = {} if profile is None else {"METAFLOW_PROFILE": profile}
    return {**os.environ, **more, **(env or {})}
