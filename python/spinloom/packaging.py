"""What belongs to a flow's code package beside the flow's folder: Rust asks, once for each run."""

from __future__ import annotations

import os
import sys

from .exceptions import MetaflowException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .host import FlowHost

_POLICY = "METAFLOW_PACKAGE_POLICY"


def package_files(host: FlowHost) -> list[dict[str, Any]]:
    """Files and folders: `path`, `name` in the package, and the `suffixes` of the files that are taken of a folder."""
    return [*_of_decorators(host), *_of_users(host), *_of_modules()]


def _of_decorators(host: FlowHost) -> Iterator[dict[str, Any]]:
    """What `add_to_package` of the flow's and the steps' decorators says: pairs of path and name."""
    told: set[int] = set()
    for record in [*host.flow.decorators, *(one for step in host.decorators.values() for one in step)]:
        add = getattr(record, "add_to_package", None)
        if add is None or id(record) in told:
            continue
        told.add(id(record))
        for pair in add() or ():
            yield _entry(record, pair)


def _of_users(host: FlowHost) -> Iterator[dict[str, Any]]:
    """The same of decorators and mutators that users wrote (CD-11)."""
    if host.flow.mutators or any(one.custom for step in host.decorators.values() for one in step):
        from . import mutators

        host.document()
        for path, name in mutators.package_files(host):
            yield {"path": os.path.abspath(path), "name": name, "suffixes": ["*"]}


def _entry(record: Any, pair: Any) -> dict[str, Any]:
    try:
        if isinstance(pair, (str, bytes)):
            raise TypeError
        path, name, *_kind = pair
        return {"path": os.path.abspath(os.fspath(path)), "name": os.fspath(name), "suffixes": ["*"]}
    except (TypeError, ValueError):
        raise MetaflowException(
            f"`add_to_package` of `@{record.name}` gives pairs of a path and its name in the package, not `{pair!r}`",
            record.line or None,
            record.file,
            code="SL0131",
        ) from None


def _of_modules() -> Iterator[dict[str, Any]]:
    """Modules the flow imported that ask for it: `METAFLOW_PACKAGE_POLICY = "include"`."""
    for name, module in list(sys.modules.items()):
        try:
            # Not `vars`: a module that is imported lazily would be imported now.
            asked = object.__getattribute__(module, "__dict__").get(_POLICY)
        except AttributeError:  # whatever somebody has put there
            continue
        if asked != "include" or name == "__main__":
            continue
        place = name.replace(".", "/")
        folders = list(getattr(module, "__path__", ()))
        file = getattr(module, "__file__", None)
        for folder in folders:
            yield {"path": os.path.abspath(folder), "name": place, "suffixes": ["*"]}
        if not folders and file:
            yield {"path": os.path.abspath(file), "name": place + os.path.splitext(file)[1]}
