"""What cards show of a step that says nothing to them: worked out once for all its tasks, but for what only a task knows."""

from __future__ import annotations

import os

from .builtin import BlankCard, DefaultCard, DefaultJSONCard
from .current import ID
from .document import Document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .facts import Known

QUIET = (DefaultCard, BlankCard, DefaultJSONCard)
"""Types that call no code of the user's."""


class Unfilled:
    """Stands for the facts about a task: each is a text that `CardForm` fills in."""

    warnings: tuple[str, ...] = ()

    def __init__(self, known: Known, step: str, mark: str) -> None:
        self._known = known
        self._mark = mark
        self.step = step
        self.pathspec = f"{mark}pathspec"

    @property
    def has_parameters(self) -> bool:
        """Whether the flow has any."""
        return bool(self._known.parameters)

    def about(self) -> Any:
        """See `Facts.about`."""
        return f"{self._mark}about"

    def parameters(self) -> dict[str, Any]:
        """See `Facts.parameters`."""
        shown = [
            {"name": name, "type": f"{self._mark}type:{attribute}", "preview": f"{self._mark}preview:{attribute}"}
            for name, attribute in self._known.parameters
        ]
        return {"type": "artifacts", "data": shown, "id": "parameters"}

    def artifacts(self) -> Any:
        """See `Facts.artifacts`."""
        return f"{self._mark}artifacts"

    def graph(self) -> dict[str, Any]:
        """See `Facts.graph`."""
        return self._known.graph

    def code(self) -> dict[str, Any]:
        """See `Facts.code`."""
        return {"type": "pythonCode", "data": self._known.code, "id": "code"}


def forms(cards: list[tuple[Any, Any]], known: Known, step: str) -> list[Any] | None:
    """The cards of a step, given as decorator and type; None if more is to be done for them than to fill in what is missing."""
    ids = [one.attributes["id"] for one, _ in cards if one.attributes["id"] is not None]
    warned = len(set(ids)) < len(ids) or not all(map(ID.match, ids))
    if warned or any(kind not in QUIET for _, kind in cards):
        return None
    return [_form(decorator, kind, known, step) for decorator, kind in cards]


def _form(decorator: Any, kind: Any, known: Known, step: str) -> Any:
    from .. import _native  # type: ignore[attr-defined]

    mark = f"{os.urandom(12).hex()}:"
    unfilled: Any = Unfilled(known, step, mark)
    attempt: Any = f"{mark}attempt"
    id = decorator.attributes["id"]
    document = Document(decorator.kind, id, unfilled.pathspec, attempt, f"{mark}hash")
    document.final = True
    document.parts = kind(decorator.attributes["options"], [], None, None).pages(unfilled)
    at: Any = f"{mark}at"
    return _native.CardForm(decorator.kind, id, document.encode(at).decode(), mark)
