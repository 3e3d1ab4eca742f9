"""Makes a process forked from a warm interpreter what a fresh one would be, runs a command line, and ends as one ends."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from contextlib import suppress

from .. import seeds
from ..__main__ import _guarded
from ..worker.process import Snapshot, begin
from . import report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_FLUSH_FAILED = 120  # how Python ends when what was printed cannot be written


def become(words: list[str], environment: bytes, ignored: int, made: dict[str, str | None], snapshot: Snapshot) -> None:
    """Takes over the launcher's environment, terminal and arguments. The descriptors and the folder are taken over already.

    `ignored` has bit n-1 for each signal n that the launcher ignores; `made` are variables that the imports set.
    """
    _take_over_environment(environment, made)
    for number in range(1, 32):
        if ignored >> (number - 1) & 1:
            with suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_IGN)
    _take_over_streams()
    begin(snapshot)
    if not snapshot.seeded:
        seeds.note()
    sys.orig_argv[:] = [sys.executable, "-m", "spinloom", *words]
    sys.argv[:] = [os.path.join(os.path.dirname(os.path.dirname(__file__)), "__main__.py"), *words]
    if not sys.flags.safe_path:
        sys.path.insert(0, os.getcwd())  # as `-m` does
    multiprocessing: Any = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None:
        multiprocessing.ORIGINAL_DIR = os.getcwd()  # where the workers it starts look for the flow
    report.known = frozenset(sys.modules)


def _take_over_environment(environment: bytes, made: dict[str, str | None]) -> None:
    wanted = dict(entry.split(b"=", 1) for entry in environment.split(b"\0") if b"=" in entry)
    for name, value in made.items():
        if value is None:
            wanted.pop(os.fsencode(name), None)
        else:
            wanted[os.fsencode(name)] = os.fsencode(value)
    for name in [name for name in os.environb if name not in wanted]:
        del os.environb[name]
    for name, value in wanted.items():
        if os.environb.get(name) != value:
            os.environb[name] = value
    time.tzset()


def _take_over_streams() -> None:
    """Has the standard streams see what their descriptors are now. The objects stay the same, as libraries hold them."""
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    for fd, stream, mode in ((0, sys.stdin, "rb"), (1, sys.stdout, "wb"), (2, sys.stderr, "wb")):
        encoding, errors = stream.encoding, stream.errors
        with suppress(OSError, ValueError):
            stream.detach()
        raw: Any = open(fd, mode, buffering=0 if unbuffered and fd else -1, closefd=False)  # noqa: SIM115  # as long as the process
        getattr(raw, "raw", raw).name = ("<stdin>", "<stdout>", "<stderr>")[fd]
        lines = fd == 2 or os.isatty(fd)
        stream.__init__(raw, encoding, errors, newline="\n", line_buffering=lines, write_through=unbuffered and fd > 0)
        stream.mode = mode[0]


def run(words: list[str]) -> NoReturn:
    """Runs `python -m spinloom` with these words, and ends the process as the interpreter would."""
    code, interrupted = 0, False
    try:
        code = _guarded(words)
    except SystemExit as error:
        code = _code_of(error)
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    code = _end() or code
    if interrupted:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code & 0xFF)


def _code_of(error: SystemExit) -> int:
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)
    return 1


def _end() -> int:
    """Waits for threads, runs exit handlers, flushes; 120 if that fails."""
    threading: Any = sys.modules.get("threading")
    if threading is not None:
        threading._shutdown()
    atexit._run_exitfuncs()
    code = 0
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (OSError, ValueError) as error:
            code = _FLUSH_FAILED
            with suppress(OSError, ValueError):
                sys.__stderr__.write(f"Exception ignored in: {stream!r}\n{type(error).__name__}: {error}\n")
    return code
