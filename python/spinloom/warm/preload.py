"""Imports what a project's flows import, under supervision."""

from __future__ import annotations

import os
import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Looked(type(os.environ)):  # type: ignore[misc]
    """The environment, noting which variables are looked up."""

    names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """The value of a variable."""
        Looked.names.add(name)
        return super().__getitem__(name)


def _outermost_first(name: str) -> list[str]:
    """The packages a module is in, and it: what a package does as it is imported is not blamed on each of its modules."""
    parts = name.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


class Preloaded:
    """What was imported, and what it did to the process."""

    def __init__(self, warm: Any) -> None:
        self.failed: dict[str, str] = {}
        #: Variables that imports set, and their values; None for those they removed.
        self.made: dict[str, str | None] = {}
        self._warm = warm

    def load(self, names: list[str]) -> bool:
        """Imports modules. False if one of them must not be loaded before a fork: the supervisor knows by then."""
        before = dict(os.environ)
        usual = type(os.environ)
        os.environ.__class__ = Looked
        try:
            for name in names:
                if name not in sys.modules and not all(map(self._load, _outermost_first(name))):
                    return False
        finally:
            os.environ.__class__ = usual
        after = dict(os.environ)
        self.made = {name: after.get(name) for name in {*before, *after} if before.get(name) != after.get(name)}
        return True

    def _load(self, name: str) -> bool:
        if name in sys.modules:
            return True
        try:
            import_module(name)
        except Exception as error:  # modules may do anything; a flow that imports it after others may well succeed
            self.failed[name] = f"{type(error).__name__}: {error}"
        why = self._warm.strays()
        if why is not None:
            self._warm.unfit(name, why)
        return why is None

    def described(self) -> dict[str, Any]:
        """What the supervisor wants to know."""
        return {
            "modules": len(sys.modules),
            "tops": sorted({name.partition(".")[0] for name in sys.modules}),
            "read": sorted(Looked.names),
            "made": sorted(self.made),
            "failed": self.failed,
        }
