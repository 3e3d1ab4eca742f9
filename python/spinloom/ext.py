"""Decorators that installed packages have: `from spinloom.ext import audited`. See `docs/extending.md`."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name.startswith("_"):  # asked by programs that look at modules
        raise AttributeError(name)
    from . import extensions

    for group in (extensions.STEP_DECORATORS, extensions.FLOW_DECORATORS):
        found = extensions.find(group, name)
        if found is not None:
            return found
    from .locations import caller, suggestion

    file, line = caller()
    # No `AttributeError`: `from … import` would replace it by one that says less.
    raise extensions.BadExtension(
        f"no installed package has a decorator `{name}`",
        line,
        file,
        [
            *suggestion(name, __dir__()),
            "install the package it is from; `spinloom extensions list` shows what is installed",
        ],
    )


def __dir__() -> list[str]:
    from . import extensions

    return sorted({*extensions.names(extensions.STEP_DECORATORS), *extensions.names(extensions.FLOW_DECORATORS)})
