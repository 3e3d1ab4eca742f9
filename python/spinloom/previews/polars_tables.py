"""Data frames and series of polars."""

from __future__ import annotations

import sys

from . import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview


def show(maker: Maker, value: Any, depth: int) -> Preview | None:
    """A table; a lazy one is not computed."""
    pl = sys.modules["polars"]
    if isinstance(value, pl.DataFrame):
        columns = [value[:, position] for position in range(min(value.width, tables.COLUMNS))]
        return _table(maker, value, depth, columns, value.columns)
    if isinstance(value, pl.Series):
        return _table(maker, value, depth, [value], [value.name])
    return None


def _table(maker: Maker, value: Any, depth: int, columns: list[Any], names: list[str]) -> Preview:
    rows = len(value)
    preview = tables.begin(maker, value, depth, rows, names, [column.dtype for column in columns])
    if depth:
        return preview
    heads = [column.head(tables.ROWS).to_list() for column in columns]
    preview["head"] = [[maker.cell(cell) for cell in row] for row in zip(*heads, strict=True)]
    every = tables.step(rows, len(names))
    if every > 1:
        preview["sampled"] = -(-rows // every)
    tables.describe(maker, preview, lambda position: _facts(maker, columns[position], every))
    return preview


def _facts(maker: Maker, column: Any, every: int) -> Preview:
    facts: Preview = {"nulls": int(column.null_count())}
    dtype = column.dtype
    few = column.gather_every(every) if every > 1 else column
    if dtype.is_numeric():
        low, high, mean = few.min(), few.max(), few.mean()
        if low is not None:
            facts.update(min=maker.cell(low), max=maker.cell(high), mean=maker.number(float(mean)))
            if "numpy" in sys.modules:
                facts.update(tables.histogram(maker, few.drop_nulls().to_numpy()))
    elif dtype.is_temporal():
        if few.min() is not None:
            facts.update(min=maker.text(str(few.min())), max=maker.text(str(few.max())))
    elif not dtype.is_nested():
        few = few.head(tables.TEXTS).drop_nulls()
        counts = few.value_counts(sort=True)
        facts["distinct"] = len(counts)
        facts["top"] = tables.counted(maker, counts.head(tables.TOP).iter_rows())
    return facts
