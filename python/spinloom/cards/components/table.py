"""`Table`: rows of values and components."""

from __future__ import annotations

from ..component import MetaflowCardComponent, UserComponent, rendered
from ..native import LONGEST, cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROWS = 5
"""Rows of a data frame that are shown unless all are asked for."""


class Table(UserComponent):
    """A table; its cells may be components, such as `Image` and `Markdown`. Browsers draw only the rows that are looked at."""

    REALTIME_UPDATABLE = True

    def __init__(
        self,
        data: list[list[Any]] | None = None,
        headers: list[str] | None = None,
        disable_updates: bool = False,
    ) -> None:
        self._data = data if isinstance(data, list) and all(isinstance(row, (list, tuple)) for row in data) else [[]]
        self._headers = list(headers) if isinstance(headers, (list, tuple)) else []
        if disable_updates:
            self.REALTIME_UPDATABLE = False  # type: ignore[misc]

    @classmethod
    def from_dataframe(cls, dataframe: Any = None, truncate: bool = True) -> Table:
        """A data frame of pandas or Polars: its first rows, or all of them with `truncate=False`."""
        kind = type(dataframe)
        library = kind.__module__.partition(".")[0]
        if library not in ("pandas", "polars") or not hasattr(dataframe, "columns"):
            return cls(headers=[f"a value of type `{kind.__name__}` is not a data frame"])
        columns = [_text(name) for name in dataframe.columns]
        shown = dataframe.head(ROWS) if truncate else dataframe
        if library == "polars":
            return cls([_row(row, truncate) for row in shown.rows()], columns)
        names = shown.index.name
        lists = [shown.index.tolist(), *(shown.iloc[:, at].tolist() for at in range(shown.shape[1]))]
        rows = [_row(row, truncate) for row in zip(*lists, strict=True)]
        return cls(rows, ["" if names is None else _text(names), *columns])

    def update(self, data: list[list[Any]] | None = None, headers: list[str] | None = None) -> None:
        """Shows other rows, or other headers."""
        if data is not None:
            self._data = data
        if headers is not None:
            self._headers = list(headers)

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        return {
            "type": "table",
            "columns": [_text(header) for header in self._headers],
            "data": [[_shown(value) for value in row] for row in self._data],
            "vertical": False,
            "id": self.own_id,
        }


def _text(name: Any) -> Any:
    return name if isinstance(name, (str, int)) else str(name)


def _row(row: Any, truncate: bool) -> list[Any]:
    return [_short(value, truncate) for value in row]


def _short(value: Any, truncate: bool) -> Any:
    if value is None or value != value:  # NaN, NaT and the like are not equal to themselves
        return "null"
    shown = cell(value)
    if truncate and isinstance(shown, str) and len(shown) > LONGEST:
        return shown[:LONGEST] + "..."
    return shown


def _shown(value: Any) -> Any:
    return rendered(value) if isinstance(value, MetaflowCardComponent) else cell(value)
