"""Decorators that installed packages have: `from spinloom.ext import audited`. See `docs/extending.md`."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    from . import extensions

    for group in (extensions.STEP_DECORATORS, extensions.FLOW_DECORATORS):
        found = extensions.find(group, name)
        if found is not None:
            return found
    known = __dir__()
    there = f"; they have {', '.join(known)}" if known else ", and no package with decorators is installed"
    raise AttributeError(f"no installed package has a decorator `{name}` for Spinloom{there}")


def __dir__() -> list[str]:
    from . import extensions

    return sorted({*extensions.names(extensions.STEP_DECORATORS), *extensions.names(extensions.FLOW_DECORATORS)})
