"""Values as JSON has them."""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SAFE = 2**53
"""Whole numbers beyond it are text: browsers would bend them."""
LONGEST = 30
"""Characters of a cell of a truncated table."""


def plain(value: Any) -> Any:
    """`value` as JSON has it, down to the leaves; what it has no place for becomes text."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if -SAFE <= value <= SAFE else str(value)
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    item = getattr(kind, "item", None)
    if item is not None and kind.__module__ == "numpy" and getattr(value, "shape", None) == ():
        own = value.item()
        return plain(own) if type(own) is not kind else str(value)
    if hasattr(value, "tolist") and kind.__module__.partition(".")[0] in ("numpy", "pandas"):
        return plain(value.tolist())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return [plain(one) for one in value]
    return str(value)


def cell(value: Any) -> Any:
    """A value in a table: a number, a text, a truth, or null."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int or kind is float:
        return plain(value)
    if isinstance(value, type):
        return f"<{value.__name__}>"
    shown = plain(value)
    return str(value) if isinstance(shown, (list, dict)) else shown
