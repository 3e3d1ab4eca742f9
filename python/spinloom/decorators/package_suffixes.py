"""`@package_suffixes`: which other files of the flow's folder are kept with its runs."""

from __future__ import annotations

from ..locations import caller
from .flow_base import FlowDecorator, apply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class PackageSuffixes(FlowDecorator):
    """Takes the files of the flow's folder whose names end in one of `suffixes` into its code package, too.

    `suffixes` is a list, or one text of endings separated by commas; a dot before an ending may be left out.
    """

    name = "package_suffixes"
    multiple = True
    defaults: dict[str, Any] = {"suffixes": []}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`."""
        return {"suffixes": endings(self, attributes["suffixes"])}


def endings(record: FlowDecorator, given: Any) -> list[str]:
    """Endings as a list of texts."""
    parts = given.split(",") if isinstance(given, str) else given
    if not isinstance(parts, (list, tuple, set, frozenset)) or not all(isinstance(part, str) for part in parts):
        raise record.problem(
            f"needs endings of files for `suffixes`, not `{given!r}`", [f'write `@{record.name}(…".yaml,.json")`']
        )
    found = [part.strip() for part in parts if part.strip()]
    return sorted(found) if isinstance(parts, (set, frozenset)) else found


def package_suffixes(suffixes: Any = (), *more: Any) -> Callable[[Any], Any]:
    """The function users write above the class: `@package_suffixes(".yaml,.json")`."""
    file, line = caller()
    given = [suffixes, *more] if more else suffixes
    record = PackageSuffixes({"suffixes": given}, file, line)
    return lambda flow: apply(record, flow)


package_suffixes.__doc__ = PackageSuffixes.__doc__
package_suffixes.decorator_class = PackageSuffixes  # type: ignore[attr-defined]
