"""Which class a type of card is: ours, a package's entry point, or one of Metaflow's extensions."""

from __future__ import annotations

import sys
from importlib import import_module

from .builtin import KINDS
from .card import MetaflowCard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NAMESPACE = "metaflow_extensions"
_found: dict[str, type[MetaflowCard]] | None = None


def find(name: str) -> type[MetaflowCard] | None:
    """The class of a type; None if nobody has it."""
    kind = KINDS.get(name)
    if kind is not None:
        return kind
    from .. import extensions

    kind = extensions.find(extensions.CARD_TYPES, name)
    return _extensions().get(name) if kind is None else kind


def names() -> list[str]:
    """All types there are."""
    from .. import extensions

    return sorted({*KINDS, *extensions.names(extensions.CARD_TYPES), *_extensions()})


def _extensions() -> dict[str, type[MetaflowCard]]:
    """Types in `metaflow_extensions.<organisation>.plugins.cards.<package>`: what a package names in `CARDS`."""
    global _found
    if _found is None:
        _found = {}
        for package in _packages():
            for kind in getattr(package, "CARDS", ()):
                if isinstance(kind, type) and issubclass(kind, MetaflowCard) and kind.type:
                    _found.setdefault(kind.type, kind)
    return _found


def _packages() -> list[Any]:
    from pkgutil import iter_modules

    try:
        root = import_module(_NAMESPACE)
    except ImportError:
        return []
    found = []
    for organisation in iter_modules(root.__path__, f"{_NAMESPACE}."):
        found += _below(f"{organisation.name}.plugins.cards")
    # An organisation may be a namespace itself, which `iter_modules` does not see.
    for name in _namespaces(root.__path__):
        found += _below(f"{_NAMESPACE}.{name}.plugins.cards")
    return found


def _namespaces(paths: Any) -> list[str]:
    import os

    names: list[str] = []
    for path in paths:
        if os.path.isdir(path):
            folders = (
                entry for entry in sorted(os.listdir(path)) if os.path.isdir(os.path.join(path, entry, "plugins"))
            )
            names += [name for name in folders if name not in names]
    return [name for name in names if name.isidentifier()]


def _below(name: str) -> list[Any]:
    from pkgutil import iter_modules

    try:
        folder = import_module(name)
    except ImportError:
        return []
    found = [folder]
    for path in getattr(folder, "__path__", ()):
        for part in iter_modules([path], f"{name}."):
            try:
                found.append(import_module(part.name))
            except Exception as error:  # a package's code
                sys.stderr.write(f"[@card WARNING] `{part.name}` cannot be imported: {type(error).__name__}: {error}\n")
    return found
