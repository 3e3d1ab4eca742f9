"""`Plotly` and `Bokeh`: figures that stay interactive.

The library that draws them is kept once for the whole store, and is part of every HTML that is made.
"""

from __future__ import annotations

import json

from ..component import UserComponent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Plotly(UserComponent):
    """A figure of Plotly's."""

    REALTIME_UPDATABLE = True

    def __init__(self, figure: Any, label: str | None = None) -> None:
        self._label = label
        self.update(figure)

    def update(self, figure: Any, label: str | None = None) -> None:
        """Shows another figure.

        Raises:
            ValueError: it is no figure of Plotly's.
        """
        if not hasattr(figure, "to_plotly_json"):
            raise ValueError(f"a value of type `{type(figure).__name__}` is not a figure of Plotly's")
        self._figure = figure
        self._label = self._label if label is None else label

    def scripts(self) -> list[tuple[str, str]]:
        """The library: name and text."""
        from plotly.offline import get_plotlyjs

        return [("plotly", get_plotlyjs())]

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        figure = json.loads(self._figure.to_json())
        shown = {"data": figure.get("data", []), "layout": figure.get("layout", {})}
        return {"type": "plotly", "figure": shown, "label": self._label, "id": self.own_id}


class Bokeh(UserComponent):
    """A figure, a layout or another model of Bokeh's."""

    REALTIME_UPDATABLE = True

    def __init__(self, figure: Any, label: str | None = None) -> None:
        self._label = label
        self.update(figure)

    def update(self, figure: Any, label: str | None = None) -> None:
        """Shows another figure.

        Raises:
            ValueError: it is nothing of Bokeh's.
        """
        if not any(kind.__module__.partition(".")[0] == "bokeh" for kind in type(figure).__mro__):
            raise ValueError(f"a value of type `{type(figure).__name__}` is not a figure of Bokeh's")
        self._figure = figure
        self._label = self._label if label is None else label

    def scripts(self) -> list[tuple[str, str]]:
        """The library: names and texts."""
        from bokeh.resources import INLINE

        names = ["bokeh", "bokeh-gl", "bokeh-widgets", "bokeh-tables", "bokeh-mathjax"]
        texts = dict(zip(INLINE.components, INLINE.js_raw, strict=False))
        return [(name, texts[name]) for name in names[:1] + names[2:4] if name in texts]

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        from bokeh.embed import json_item

        item = json.loads(json.dumps(json_item(self._figure)))
        return {"type": "bokeh", "item": item, "label": self._label, "id": self.own_id}
