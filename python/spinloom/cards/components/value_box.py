"""`ValueBox`: one number that matters."""

from __future__ import annotations

from typing import ClassVar

from ..component import UserComponent
from ..native import cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ValueBox(UserComponent):
    """A large value with a title, and if it likes a subtitle, a colour and how it changed."""

    type = "valueBox"
    REALTIME_UPDATABLE = True
    VALID_THEMES: ClassVar[set[str]] = {"default", "success", "warning", "danger", "bg-gradient-indigo-purple"}

    def __init__(
        self,
        title: str | None = None,
        value: float | str = "",
        subtitle: str | None = None,
        theme: str | None = None,
        change_indicator: str | None = None,
    ) -> None:
        _check(value)
        self._fields: dict[str, Any] = {
            "title": title,
            "value": value,
            "subtitle": subtitle,
            "theme": theme,
            "change_indicator": change_indicator,
        }

    def update(
        self,
        title: str | None = None,
        value: float | str | None = None,
        subtitle: str | None = None,
        theme: str | None = None,
        change_indicator: str | None = None,
    ) -> None:
        """Changes what is given."""
        if value is not None:
            _check(value)
        given = {
            "title": title,
            "value": value,
            "subtitle": subtitle,
            "theme": theme,
            "change_indicator": change_indicator,
        }
        self._fields.update({name: one for name, one in given.items() if one is not None})

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        shown = {"type": self.type, "id": self.own_id, "value": cell(self._fields["value"])}
        for name in ("title", "subtitle", "theme", "change_indicator"):
            if self._fields[name]:
                shown[name] = str(self._fields[name])
        return shown


def _check(value: Any) -> None:
    if isinstance(value, str) and not value.strip():
        raise ValueError("`ValueBox` needs a value that is not empty")
