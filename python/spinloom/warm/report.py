"""What a process has loaded when it ends, told to whoever keeps an interpreter warm for the next one."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress

known: frozenset[str] = frozenset()
"""Modules that were loaded before this process began; none in a fresh interpreter."""


_asked: tuple[str, int, dict[str, str]] | None = None


def at_end(socket: str) -> None:
    """Reports to the socket of that path when this process ends. To be called before anything else registers itself."""
    global _asked
    _asked = (socket, os.getpid(), dict(os.environ))
    atexit.register(_report, *_asked)


def at_once() -> None:
    """Reports now, if a report is wanted: this process is about to become another program."""
    if _asked is not None:
        _report(*_asked)


def _report(socket: str, pid: int, before: dict[str, str]) -> None:
    if os.getpid() != pid:  # a process the flow has forked, which ends as Python ends
        return
    import json

    from .. import _native

    new = [name for name in list(sys.modules) if name not in known]
    modules = [(name, origin) for name in new if (origin := _origin(sys.modules[name], name))]
    changed = [name for name in {*before, *os.environ} if before.get(name) != os.environ.get(name)]
    if known and not modules and not changed:
        return
    report = {
        "modules": modules,
        "roots": _roots(),
        "own": os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        "changed": changed,
        "whole": not known,
    }
    with suppress(OSError):  # it is gone, or another build
        _native.warm_report(socket, json.dumps(report))


def _origin(module: object, name: str) -> str | None:
    """The file a module comes from, `built-in` or `frozen`, if it is the one that an import of its name would give."""
    spec = getattr(module, "__spec__", None)
    if getattr(spec, "name", None) != name:
        return None
    origin = getattr(spec, "origin", None)
    known_kind = isinstance(origin, str) and (os.path.isabs(origin) or origin in ("built-in", "frozen"))
    return origin if known_kind else None


def _roots() -> list[str]:
    """The folders of the standard library and of installed packages."""
    roots = [os.path.dirname(os.path.abspath(os.__file__))]
    for folder in sys.path:
        name = os.path.basename(folder)
        if name in ("site-packages", "dist-packages"):
            roots.append(folder)
        elif name == "lib-dynload":
            roots.append(os.path.dirname(folder))
    return list(dict.fromkeys(roots))
