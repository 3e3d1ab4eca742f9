"""`VegaChart`: a chart of Vega-Lite's."""

from __future__ import annotations

from copy import deepcopy

from ..component import UserComponent
from ..native import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class VegaChart(UserComponent):
    """A chart: a specification of Vega-Lite or Vega, or a chart of Altair's. Drawn without network and without `eval`."""

    type = "vegaChart"
    REALTIME_UPDATABLE = True

    def __init__(self, spec: dict[str, Any], show_controls: bool = False) -> None:
        self._spec = spec
        self._controls = show_controls

    @classmethod
    def from_altair_chart(cls, altair_chart: Any) -> VegaChart:
        """A chart of Altair's.

        Raises:
            ValueError: it is none.
        """
        if not hasattr(altair_chart, "to_dict") or type(altair_chart).__module__.partition(".")[0] != "altair":
            raise ValueError(f"a value of type `{type(altair_chart).__name__}` is not a chart of Altair's")
        import altair

        # Its default refuses charts of more than 5,000 rows, for the sake of notebooks that are saved.
        with altair.data_transformers.enable("default", max_rows=None):
            spec = altair_chart.to_dict()
        return cls(spec)

    def update(self, spec: dict[str, Any] | None = None) -> None:
        """Draws another specification."""
        if spec is not None:
            self._spec = spec

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        spec = deepcopy(self._spec) if isinstance(self._spec, dict) else {}
        if not (
            {"hconcat", "vconcat", "concat", "facet", "repeat"} & spec.keys() or "vega/v" in spec.get("$schema", "")
        ):
            spec.setdefault("width", "container")
        shown = {"type": self.type, "id": self.own_id, "spec": plain(spec)}
        if not self._controls:
            shown["options"] = {"actions": False}
        return shown
