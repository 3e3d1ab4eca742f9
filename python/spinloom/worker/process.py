"""Makes a forked process what a fresh one would be, and ends it as one would end."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # without the cost of the enums
import atexit
import random
import sys
from contextlib import suppress

from ..seeds import was_seeded

_SIGNALS = [
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGCHLD", "SIGPIPE", "SIGUSR1", "SIGUSR2")
    if (number := getattr(_signal, name, None)) is not None
]


class Snapshot:
    """What the process looked like when the flow was imported, before any fork."""

    def __init__(self) -> None:
        self.random_state = random.getstate()
        self.seeded = was_seeded()
        self.handlers = [(number, _signal.getsignal(number)) for number in _SIGNALS]


def begin(snapshot: Snapshot) -> None:
    """Puts a forked child into the state of a fresh process that has just imported the flow."""
    for number, handler in snapshot.handlers:
        if handler is not None:
            _signal.signal(number, handler)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _SIGNALS)
    if snapshot.seeded:
        random.setstate(snapshot.random_state)
    else:
        random.seed()
    _reseed_numpy()
    atexit._clear()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(line_buffering=True)


def _reseed_numpy() -> None:
    """Gives NumPy's global generator fresh numbers, unless the flow seeded it, which drops its seed sequence."""
    module = sys.modules.get("numpy.random.mtrand")
    generator = getattr(getattr(module, "_rand", None), "_bit_generator", None)
    if generator is not None and getattr(generator, "_seed_seq", getattr(generator, "seed_seq", None)) is not None:
        module.seed()  # type: ignore[union-attr]


def end() -> None:
    """Does what an interpreter does before it ends: waits for threads, runs exit handlers, flushes."""
    threading = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()
    for name, function in (("multiprocessing.util", "_exit_function"), ("logging", "shutdown")):
        module = sys.modules.get(name)
        if module is not None:
            getattr(module, function)()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # the step closed or replaced it
            stream.flush()
