"""Short names of the items of a foreach, for pictures of a run: "eu-west", "0.01", "lr=0.1 depth=3"."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

#: Characters of a name.
LONGEST = 60
#: Items that are named, and characters of all names together: they are a part of what is recorded of the task.
MOST, IN_ALL = 100_000, 1 << 20
_PLAIN = (bool, int, float, complex)


def labels(items: Any) -> list[str] | None:
    """The names of the items in order, "" for one that has none; None if no item has one, or there are too many.

    Only values whose text is known to be short and cheap are looked at, so no code of the user's is run for it.
    """
    if getattr(items, "ndim", None) == 1 and type(items).__module__.split(".")[0] in ("numpy", "pandas"):
        items = items.tolist() if len(items) <= MOST else ()
    if type(items) not in (list, tuple, range) or len(items) > MOST:
        return None
    names = [_name(item) for item in items]
    return names if any(names) and sum(map(len, names)) <= IN_ALL else None


def _name(item: Any, inside: bool = False) -> str:
    kind = type(item)
    if kind is str:
        return _short(item)
    if kind in _PLAIN:
        return _short(repr(item))
    if isinstance(item, PurePath):
        return _short(str(item))
    if kind.__module__ == "datetime":
        return _short(str(item))
    if inside or kind not in (tuple, list, dict) or not 0 < len(item) <= 4:
        return ""
    if kind is dict:
        parts = [f"{key}={_name(value, True)}" if type(key) is str else "=" for key, value in item.items()]
        return "" if any(part.endswith("=") for part in parts) else _short(" ".join(parts))
    parts = [_name(value, True) for value in item]
    return _short(", ".join(parts)) if all(parts) else ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
