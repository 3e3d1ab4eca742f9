"""`Markdown`: formatted text."""

from __future__ import annotations

from textwrap import dedent

from ..component import UserComponent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Markdown(UserComponent):
    """Text in Markdown, which may be indented like the code around it."""

    REALTIME_UPDATABLE = True

    def __init__(self, text: str | None = None) -> None:
        self._text = text

    def update(self, text: str | None = None) -> None:
        """Shows another text."""
        self._text = text

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        text = self._text
        return {"type": "markdown", "source": None if text is None else dedent(str(text)), "id": self.own_id}
