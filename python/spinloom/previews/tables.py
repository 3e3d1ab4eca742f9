"""What tables of all libraries have in common."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .making import Maker, Preview

COLUMNS = 30
ROWS = 10
TOP = 5
CELLS = 500_000
"""How many cells of a whole table statistics are made of."""
TEXTS = 20_000
"""How many values of one column are told apart."""

_NAME = 60


def step(rows: int, columns: int) -> int:
    """Every which row is looked at."""
    return max(1, rows * max(columns, 1) // CELLS)


def begin(maker: Maker, value: Any, depth: int, rows: int, columns: list[Any], dtypes: Iterable[Any]) -> Preview:
    """A table's preview with its shape and its schema; `columns` are the names of all, `dtypes` those of the first."""
    preview = maker.begin("table", value, depth, rows=rows, width=len(columns))
    preview["columns"] = [
        {"name": "" if name is None else maker.text(str(name), _NAME), "dtype": maker.text(str(dtype))}
        for name, dtype in zip(columns[: COLUMNS if depth == 0 else 5], dtypes, strict=False)
    ]
    return preview


def describe(maker: Maker, preview: Preview, facts: Callable[[int], Preview]) -> None:
    """Adds to each column what `facts` says of the one at a position, while there is time."""
    for position, column in enumerate(preview["columns"]):
        if not maker.has_time():
            break
        try:
            column.update(facts(position))
        except Exception:  # a column that cannot be compared or counted is shown without
            continue


def histogram(maker: Maker, column: Any) -> Preview:
    """How the numbers of a column are spread, if NumPy is there to count them: as for arrays."""
    np = sys.modules.get("numpy")
    if np is None or not maker.has_time():
        return {}
    from . import arrays

    numbers = np.asarray(column)
    if numbers.dtype.kind not in "iuf":
        return {}
    valid = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers
    return arrays.histogram(valid, float(valid.min()), float(valid.max())) if valid.size else {}


def counted(maker: Maker, counts: Iterable[tuple[Any, int]]) -> list[list[Any]]:
    """The most frequent values and how often they come."""
    return [[maker.cell(value), int(count)] for value, count in counts]
