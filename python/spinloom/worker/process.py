"""Makes a forked process what a fresh one would be, and ends it as one would end."""

from __future__ import annotations

import atexit
import codecs
import io
import os
import random
import sys
from contextlib import suppress

from .. import _native
from ..seeds import unseeded_by_flow, was_seeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Snapshot:
    """What the process looked like when the flow was imported, before any fork."""

    def __init__(self) -> None:
        self.seeded = was_seeded()
        self.random_state = random.getstate() if self.seeded else None
        self.generators: list[Any] = []

    def find_generators(self) -> None:
        """Notes NumPy's generators that the flow made without a seed. To be called before `gc.freeze`, which hides them."""
        self.generators = unseeded_by_flow()


def settle() -> None:
    """Does once, in the zygote, what each of its children would have to do: they inherit it.

    Signal handlers are as the flow's import left them, since the zygote is forked before the driver sets its own.
    """
    atexit._clear()
    io.BufferedIOBase.register(_native.TaskStream)
    os.register_at_fork(after_in_child=_native.disown_output)
    for fd, stream in ((1, sys.stdout), (2, sys.stderr)):
        with suppress(AttributeError, OSError, ValueError):  # the flow closed or replaced it
            _gather(fd, stream)


def _gather(fd: int, stream: Any) -> None:
    """Has a standard stream write through ours: seen line by line, cheap in bursts, and kept when the task is killed.

    The object stays the same, as loggers and others may hold it.
    """
    usual = (
        type(stream) is io.TextIOWrapper and stream.fileno() == fd and codecs.lookup(stream.encoding).name == "utf-8"
    )
    if not usual:
        stream.reconfigure(line_buffering=True)
        return
    encoding, errors = stream.encoding, stream.errors
    stream.flush()
    stream.detach()
    ours = _native.TaskStream(fd, errors)
    stream.__init__(ours, encoding, errors, write_through=True)

    def reconfigure(**options: Any) -> None:
        if options.keys() & {"encoding", "errors", "newline"}:
            stream.__dict__.pop("write", None)
        io.TextIOWrapper.reconfigure(stream, **options)

    stream.write = ours.write_text  # the short way: text that needs no recoding
    stream.reconfigure = reconfigure


def begin(snapshot: Snapshot) -> None:
    """Puts a forked child into the state of a fresh process that has just imported the flow."""
    if snapshot.random_state is not None:  # otherwise `random` itself has drawn a fresh seed at the fork
        random.setstate(snapshot.random_state)
    if "numpy.random.mtrand" in sys.modules:
        _reseed_numpy()
    for generator in snapshot.generators:
        _reseed(generator)


def _reseed(generator: Any) -> None:
    """Gives one of NumPy's bit generators the state of a new one, and what its `spawn` goes on from."""
    fresh = type(generator)()
    try:
        generator.__setstate__((fresh.state, fresh.seed_seq))
    except (AttributeError, TypeError, ValueError):  # NumPy 1 keeps the seed sequence
        generator.state = fresh.state


def _reseed_numpy() -> None:
    """Gives NumPy's global generator fresh numbers, unless the flow seeded it, which drops its seed sequence."""
    module = sys.modules["numpy.random.mtrand"]
    generator = getattr(getattr(module, "_rand", None), "_bit_generator", None)
    if generator is not None and getattr(generator, "_seed_seq", getattr(generator, "seed_seq", None)) is not None:
        module.seed()  # type: ignore[attr-defined]


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
