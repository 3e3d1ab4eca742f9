"""Tables, record batches and arrays of Arrow. Its functions that compute are used only if the flow has loaded them."""

from __future__ import annotations

import sys

from . import tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview

_BLOCKS = 20
_BLOCK = 100


def show(maker: Maker, value: Any, depth: int) -> Preview | None:
    """A table, or an array as a table of one column."""
    pa = sys.modules["pyarrow"]
    if isinstance(value, (pa.Table, pa.RecordBatch)):
        columns = [value.column(position) for position in range(min(value.num_columns, tables.COLUMNS))]
        return _table(maker, value, depth, value.num_rows, columns, value.schema.names)
    if isinstance(value, (pa.ChunkedArray, pa.Array)):
        return _table(maker, value, depth, len(value), [value], [""])
    if isinstance(value, pa.Scalar):
        cell = maker.cell(value.as_py())
        return {**maker.begin("scalar", value, depth), "text" if isinstance(cell, str) else "value": cell}
    return None


def _table(maker: Maker, value: Any, depth: int, rows: int, columns: list[Any], names: list[str]) -> Preview:
    preview = tables.begin(maker, value, depth, rows, names, [column.type for column in columns])
    if depth:
        return preview
    heads = [column[: tables.ROWS].to_pylist() for column in columns]
    preview["head"] = [[maker.cell(cell) for cell in row] for row in zip(*heads, strict=True)]
    computing = sys.modules.get("pyarrow.compute") if rows * len(names) <= tables.CELLS else None
    if computing is None and rows > _BLOCKS * _BLOCK:
        preview["sampled"] = _BLOCKS * _BLOCK
    tables.describe(maker, preview, lambda position: _facts(maker, columns[position], computing))
    return preview


def _facts(maker: Maker, column: Any, computing: Any) -> Preview:
    types = sys.modules["pyarrow"].types
    facts: Preview = {"nulls": int(column.null_count)}
    kind = column.type
    number = types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)
    if number and computing is not None:
        ends = computing.min_max(column).as_py()
        mean = computing.mean(column).as_py()
        if ends["min"] is not None:
            facts.update(min=maker.cell(ends["min"]), max=maker.cell(ends["max"]), mean=maker.number(float(mean)))
            if "numpy" in sys.modules and not types.is_boolean(kind):
                facts.update(tables.histogram(maker, column.drop_null().to_numpy()))
        return facts
    few = [cell for block in _blocks(column) for cell in block.to_pylist() if cell is not None]
    if not few or types.is_nested(kind):
        return facts
    if number:
        few = [cell for cell in few if cell == cell]
        if few:
            facts.update(min=maker.cell(min(few)), max=maker.cell(max(few)), mean=maker.number(sum(few) / len(few)))
    elif types.is_temporal(kind) or types.is_decimal(kind):
        facts.update(min=maker.text(str(min(few))), max=maker.text(str(max(few))))
    else:
        counts: dict[Any, int] = {}
        for cell in few:
            counts[cell] = counts.get(cell, 0) + 1
        top = sorted(counts.items(), key=lambda one: -one[1])[: tables.TOP]
        facts.update(distinct=len(counts), top=tables.counted(maker, top))
    return facts


def _blocks(column: Any) -> list[Any]:
    """All of a short column, and evenly spread pieces of a long one."""
    rows = len(column)
    if rows <= _BLOCKS * _BLOCK:
        return [column]
    return [column.slice(position * rows // _BLOCKS, _BLOCK) for position in range(_BLOCKS)]
