"""Runs a template in a process of its own: what it breaks there breaks nothing here."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH = 8
_PIECE = 1 << 20


class Died(Exception):
    """The process ended before it had said what it made."""


class Overdue(Exception):
    """The process was ended, since it took too long."""


def is_possible() -> bool:
    """Whether this process has one thread: the fork of another may wait for ever for a lock that nobody there holds."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def run(make: Callable[[], bytes], seconds: float | None) -> bytes:
    """What `make` gives, called in a fork of this process.

    Raises:
        Died: it ended before.
        Overdue: it was still at work after `seconds`.
    """
    _flush()
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        _work(make, there)
    os.close(there)
    try:
        told = _read(here, None if seconds is None else time.monotonic() + seconds)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        _ended(child)
        raise
    finally:
        os.close(here)
    ended = _ended(child)
    if told is None:
        raise Died(ended)
    return told


def _work(make: Callable[[], bytes], there: int) -> None:
    try:
        made = make()
        _flush()
        with open(there, "wb") as pipe:
            pipe.write(len(made).to_bytes(_LENGTH, "big") + made)
    finally:
        os._exit(0)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # the step closed or replaced it
            stream.flush()


def _read(pipe: int, until: float | None) -> bytes | None:
    """What the child says, up to the length it says first; None if it says less."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    said, wanted = bytearray(), _LENGTH
    while len(said) < wanted:
        left = None if until is None else max(until - time.monotonic(), 0) * 1000
        if not poll.poll(left):
            raise Overdue
        piece = os.read(pipe, _PIECE)
        if not piece:
            return None
        said += piece
        if wanted == _LENGTH and len(said) >= _LENGTH:
            wanted += int.from_bytes(said[:_LENGTH], "big")
    return bytes(said[_LENGTH:])


def _ended(child: int) -> str:
    """How the child ended, in words."""
    try:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except ChildProcessError:  # the step had the system forget its children
        return "its process ended"
    if code >= 0:
        return f"its process ended with exit code {code}"
    names = {one.value: one.name for one in signal.Signals}
    return f"its process was ended by {names.get(-code, f'signal {-code}')}"
