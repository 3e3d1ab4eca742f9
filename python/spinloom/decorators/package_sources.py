"""`@package_sources`: what is kept with a flow's runs from outside of its folder."""

from __future__ import annotations

import os

from ..locations import caller
from .flow_base import FlowDecorator, apply
from .package_suffixes import endings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class PackageSources(FlowDecorator):
    """Takes more files and folders into the flow's code package.

    `sources` is a path relative to the flow's file, a pair of path and name in the package, or a list of these. A source is
    called what its file or folder is called, unless a pair or, for a single one, `arcname` says otherwise. Of a folder
    the files are taken whose names end in one of `suffixes`: `.py`, `.R` and `.RDS` if there are none.
    """

    name = "package_sources"
    multiple = True
    defaults: dict[str, Any] = {"sources": None, "arcname": None, "suffixes": None}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`. Where paths lead, and whether names are allowed, is found out when there is a package."""
        given, arcname, suffixes = attributes["sources"], attributes["arcname"], attributes["suffixes"]
        many = [given] if isinstance(given, (str, os.PathLike)) or _is_pair(given) else given
        if not isinstance(many, (list, tuple)) or not many:
            raise self.problem(f"needs paths for `sources`, not `{given!r}`", ['write `@package_sources("../shared")`'])
        sources = [self._source(one) for one in many]
        if arcname is not None:
            if len(sources) > 1:
                raise self.problem(
                    "has one `arcname` for several sources", ['write pairs, such as `("../shared", "vendor/shared")`']
                )
            sources[0][1] = self._path(arcname)
        return {
            "sources": sources,
            "arcname": None if arcname is None else sources[0][1],
            "suffixes": None if suffixes is None else endings(self, suffixes),
        }

    def _source(self, one: Any) -> list[str | None]:
        return [self._path(one[0]), self._path(one[1])] if _is_pair(one) else [self._path(one), None]

    def _path(self, path: Any) -> str:
        if not isinstance(path, (str, os.PathLike)):
            raise self.problem(f"needs paths, not `{path!r}`")
        return os.fspath(path)  # type: ignore[return-value]


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], (str, os.PathLike))


def package_sources(sources: Any = None, arcname: Any = None, suffixes: Any = None) -> Callable[[Any], Any]:
    """The function users write above the class: `@package_sources("../shared")`."""
    file, line = caller()
    record = PackageSources({"sources": sources, "arcname": arcname, "suffixes": suffixes}, file, line)
    return lambda flow: apply(record, flow)


package_sources.__doc__ = PackageSources.__doc__
package_sources.decorator_class = PackageSources  # type: ignore[attr-defined]
