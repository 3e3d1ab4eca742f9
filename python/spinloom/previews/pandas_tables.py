"""Data frames, series and indexes of pandas."""

from __future__ import annotations

import sys

from . import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview


def show(maker: Maker, value: Any, depth: int) -> Preview | None:
    """A table, or one of pandas' scalars."""
    pd = sys.modules["pandas"]
    if isinstance(value, pd.DataFrame):
        return _table(maker, value, depth, list(value.columns[:10_000]), len(value.columns))
    if isinstance(value, pd.MultiIndex):
        return _index(maker, value, depth, list(value.names))
    if isinstance(value, (pd.Series, pd.Index)):
        return _table(maker, value, depth, [value.name], 1)
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return _table(maker, value, depth, [None], 1)
    if type(value).__name__ in ("Timestamp", "Timedelta", "Period", "Interval", "NAType", "NaTType"):
        cell = maker.cell(value)
        return {**maker.begin("scalar", value, depth), "value" if cell is None else "text": cell}
    return None


def _column(value: Any, position: int) -> Any:
    return value.iloc[:, position] if getattr(value, "ndim", 1) == 2 else value


def _table(maker: Maker, value: Any, depth: int, names: list[Any], width: int) -> Preview:
    pd = sys.modules["pandas"]
    shown = range(min(width, tables.COLUMNS))
    dtypes = [_column(value, position).dtype for position in shown]
    preview = tables.begin(maker, value, depth, len(value), names, dtypes)
    preview["width"] = width
    if depth:
        return preview
    head = [_column(value, position)[: tables.ROWS] for position in shown]
    preview["head"] = [[maker.cell(cell) for cell in row] for row in zip(*map(list, head), strict=True)]
    index = getattr(value, "index", None)
    if index is not None and not isinstance(index, pd.RangeIndex):
        preview["index"] = {
            "dtype": maker.text(str(index.dtype)),
            "head": [maker.cell(one) for one in index[: tables.ROWS]],
        }
    every = tables.step(len(value), width)
    if every > 1:
        preview["sampled"] = -(-len(value) // every)
    tables.describe(maker, preview, lambda position: _facts(maker, pd.Series(_every(_column(value, position), every))))
    return preview


def _every(column: Any, step: int) -> Any:
    return column if step == 1 else column.iloc[::step] if hasattr(column, "iloc") else column[::step]


def _index(maker: Maker, value: Any, depth: int, names: list[Any]) -> Preview:
    pd = sys.modules["pandas"]
    preview = tables.begin(maker, value, depth, len(value), names, [level.dtype for level in value.levels])
    if depth == 0:
        preview["head"] = [[maker.cell(cell) for cell in row] for row in value[: tables.ROWS]]
        every = tables.step(len(value), len(names))
        if every > 1:
            preview["sampled"] = -(-len(value) // every)
        few = value[::every]
        tables.describe(maker, preview, lambda level: _facts(maker, pd.Series(few.get_level_values(level))))
    return preview


def _facts(maker: Maker, column: Any) -> Preview:
    """Missing values, and what the type allows: the range and mean of numbers, the most frequent of others."""
    types = sys.modules["pandas"].api.types
    dtype = column.dtype
    missing = int(column.isna().sum())
    facts: Preview = {"nulls": missing}
    if missing == len(column):
        return facts
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        facts.update(min=_number(maker, column.min()), max=_number(maker, column.max()))
        facts["mean"] = maker.number(float(column.mean()))
        if not types.is_bool_dtype(dtype):
            few = column.dropna() if missing else column
            facts.update(tables.histogram(maker, few.to_numpy()))
    elif types.is_datetime64_any_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        facts.update(min=maker.text(str(column.min())), max=maker.text(str(column.max())))
    else:
        if isinstance(dtype, sys.modules["pandas"].CategoricalDtype):
            facts["categories"] = len(dtype.categories)
        few = column[: tables.TEXTS] if len(column) > tables.TEXTS else column
        counts = few.value_counts()
        counts = counts[counts > 0]
        facts["distinct"] = len(counts)
        facts["top"] = tables.counted(maker, counts.head(tables.TOP).items())
    return facts


def _number(maker: Maker, value: Any) -> Any:
    return maker.cell(value.item() if hasattr(value, "item") else value)
