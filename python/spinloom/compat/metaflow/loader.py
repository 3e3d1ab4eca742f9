"""Module objects made from the map; nothing of Spinloom is imported before one of their names is used."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from .names import MISSING, MODULES

ROOT = "metaflow"


def load(fullname: str) -> ModuleType:
    """Makes the module ``metaflow[.x.y]``.

    Raises:
        ModuleNotFoundError: Metaflow has no such module either.
        ImportError: Metaflow has it, this version of Spinloom does not.
    """
    root, _, path = fullname.partition(".")
    if root == ROOT and path in MODULES:
        return CompatModule(fullname, MODULES[path])
    if root == ROOT and _is_missing(path):
        raise ImportError(_not_here(fullname), name=fullname)
    raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


class CompatModule(ModuleType):
    """A module whose names live elsewhere; each is looked up when it is first used, and kept."""

    def __init__(self, fullname: str, homes: dict[str, str]) -> None:
        doc = f"`{fullname}` as Spinloom is it."
        super().__init__(fullname, doc)
        self.__path__: list[str] = []
        self.__all__ = [name for name in homes if not name.startswith("__")]
        self._homes = homes

    def __getattr__(self, name: str) -> Any:
        # The import machinery may ask before `__init__` has set anything.
        home = self.__dict__.get("_homes", {}).get(name)
        if home is not None:
            module, _, attribute = home.partition(":")
            value = getattr(import_module(module), attribute)
            setattr(self, name, value)
            return value
        fullname = f"{self.__name__}.{name}"
        path = fullname.partition(".")[2]
        if path in MODULES:
            return import_module(fullname)
        if _is_missing(path):
            raise AttributeError(_not_here(fullname), name=name, obj=self)
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._homes})


def _is_missing(path: str) -> bool:
    """Whether Metaflow has this and we do not: by name, or because it is inside of something that is so."""
    first, _, rest = path.partition(".")
    return first in MISSING or (first in ("datastore", "plugins", "runner") and bool(rest) and not rest.startswith("_"))


def _not_here(fullname: str) -> str:
    return f"`{fullname}` is not in this version of Spinloom"
