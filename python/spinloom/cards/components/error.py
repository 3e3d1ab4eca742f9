"""`Error`: what went wrong."""

from __future__ import annotations

from ..component import UserComponent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Error(UserComponent):
    """An exception, or text about one."""

    def __init__(self, exception: Any, title: str | None = None) -> None:
        self._exception = exception
        self._title = title

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        told = self._exception
        text = told if isinstance(told, str) else repr(told)
        text = f"{self._title}\n\n{text}" if self._title else text
        return {"type": "log", "level": "error", "data": text, "id": self.own_id}
