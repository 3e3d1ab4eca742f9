"""Entry points of installed packages, read from their files: `importlib.metadata` takes longer to import than a task to run."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class EntryPoint:
    """`name = module:attribute` of a package."""

    __slots__ = ("attribute", "module", "name", "package", "value", "version")

    def __init__(self, name: str, value: str, package: str, version: str = "") -> None:
        self.name = name
        self.value = value
        self.module, _, self.attribute = value.partition("[")[0].strip().partition(":")
        self.package = package
        self.version = version


def entry_points(group: str) -> list[EntryPoint]:
    """Those of one group, of all packages on `sys.path`; of packages that are there twice, the first."""
    header = f"[{group}]".encode()
    found: dict[tuple[str, str], EntryPoint] = {}
    for folder, entry in _distributions():
        try:
            with open(os.path.join(folder, entry, "entry_points.txt"), "rb") as file:
                text = file.read()
        except OSError:
            continue
        if header in text:
            package, _, rest = entry.rpartition(".")[0].partition("-")
            version = rest.partition("-")[0]
            for name, value in _section(text.decode(errors="replace"), group):
                found.setdefault((package, name), EntryPoint(name, value, package, version))
    return list(found.values())


def _distributions() -> Iterator[tuple[str, str]]:
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:  # a zip file, or nothing
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")):
                yield folder, name


def _section(text: str, group: str) -> Iterator[tuple[str, str]]:
    inside = False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()
