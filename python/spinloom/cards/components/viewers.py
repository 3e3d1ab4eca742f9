"""`JSONViewer` and `YAMLViewer`: nested data, to be unfolded."""

from __future__ import annotations

import json

from ..component import UserComponent
from ..native import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Viewer(UserComponent):
    REALTIME_UPDATABLE = True
    type = ""
    _field = ""
    _title = ""

    def __init__(
        self,
        data: Any,
        collapsible: bool = True,
        max_height: str | None = None,
        show_copy_button: bool = True,
        title: str | None = None,
    ) -> None:
        self._data = data
        self._collapsible = collapsible
        self._max_height = max_height
        self._copy = show_copy_button
        self._given_title = title

    def update(self, data: Any) -> None:
        """Shows other data."""
        self._data = data

    def _text(self) -> str:
        raise NotImplementedError

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        shown = {
            "type": self.type,
            "id": self.own_id,
            self._field: self._text(),
            "collapsible": self._collapsible,
            "show_copy_button": self._copy,
            "title": self._given_title or self._title,
        }
        if self._max_height:
            shown["max_height"] = str(self._max_height)
        return shown


class JSONViewer(_Viewer):
    """Data as JSON, or a text that is JSON already."""

    type = "jsonViewer"
    _field = "json_string"
    _title = "JSON"

    def _text(self) -> str:
        data = self._data
        if isinstance(data, str):
            try:
                data = json.loads(data)
            except ValueError:
                return json.dumps(data)
        return json.dumps(plain(data), indent=2, ensure_ascii=False)


class YAMLViewer(_Viewer):
    """Data as YAML, or a text that is YAML already."""

    type = "yamlViewer"
    _field = "yaml_string"
    _title = "YAML"

    def _text(self) -> str:
        return self._data if isinstance(self._data, str) else as_yaml(plain(self._data))


def as_yaml(value: Any, indent: int = 0) -> str:
    """Plain data as YAML's block style; texts that YAML could take for something else are quoted as JSON does."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{_scalar(str(key))}:{_after(one, indent + 1)}" for key, one in value.items())
    if isinstance(value, list) and value:
        return "".join(_item(one, indent) for one in value)
    return f"{pad}{_scalar(value)}\n"


def _after(value: Any, indent: int) -> str:
    if isinstance(value, dict) and value:
        return f"\n{as_yaml(value, indent)}"
    if isinstance(value, list) and value:
        return f"\n{as_yaml(value, indent - 1)}"
    return f" {_scalar(value)}\n"


def _item(value: Any, indent: int) -> str:
    pad = "  " * indent
    if isinstance(value, (dict, list)) and value:
        return f"{pad}- {as_yaml(value, indent + 1)[len(pad) + 2 :]}"
    return f"{pad}- {_scalar(value)}\n"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        simple = (
            value
            and value[0].isalpha()
            and all(c.isalnum() or c in " _-./()%" for c in value)
            and value == value.strip()
        )
        words = ("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf")
        return value if simple and value.lower() not in words else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)
