"""`get_cards`: the cards of a task, for scripts and notebooks."""

from __future__ import annotations

import html as escaping
import json
import os
from collections.abc import Iterator, Sequence

from ..exceptions import MetaflowException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


_FIXED = ("log", "pythonCode")
"""What does not change while the step runs."""


class IncorrectPathspecException(MetaflowException):
    """Cards are asked of something that is not a task."""

    code = "SL0003"
    headline = "Pathspec of a task is needed"


class CardNotPresentException(MetaflowException):
    """A card is gone."""

    code = "SL0301"
    headline = "Card not found"


class Card:
    """One card of a task. Nothing of it is read before it is asked for."""

    def __init__(self, provider: Any, path: tuple[str, str, str], record: dict[str, Any], asked: int | None) -> None:
        self._provider = provider
        self._asked = (*path, asked)
        self._record = record

    @property
    def type(self) -> str:
        """Its type."""
        return str(self._record["type"])

    @property
    def id(self) -> str | None:
        """The id it has in its decorator."""
        found: str | None = self._record["id"]
        return found

    @property
    def hash(self) -> str:
        """What it is told apart by."""
        return str(self._record["hash"])

    @property
    def path(self) -> str:
        """The file that has it: a pack of the store, or a file of its own while it is made."""
        return str(self._record["path"])

    @property
    def from_resumed(self) -> bool:
        """Whether the task was taken over from another run, which made the card."""
        return str(self._record["run"]) != self._asked[1]

    @property
    def origin_pathspec(self) -> str | None:
        """The run that made the card, if it is another one."""
        return f"{self._asked[0]}/{self._record['run']}/{self._record['step']}" if self.from_resumed else None

    def _whole(self) -> dict[str, Any]:
        flow, run, task, attempt = self._asked
        found = self._provider.cards(flow, run, task, attempt, self.hash)
        if not found:
            raise CardNotPresentException(f"the card `{self.hash}` of task `{flow}/{run}/{task}` is gone")
        whole: dict[str, Any] = found[0]
        return whole

    def get(self) -> str:
        """The card as an HTML page that needs nothing else."""
        return str(self._whole()["html"])

    def get_data(self) -> dict[str, Any] | None:
        """What the card shows, as data: components by id, or what its template says; None if it has none.

        `reload_token` changes with the content, and is `final` once the task is over.
        """
        document = json.loads(self._whole()["document"])
        if "data" in document:
            data = document["data"]
        elif "components" in document and not document.get("failed") and self.type in ("default", "blank"):
            shown = [one for one in _users(document["components"]) if isinstance(one, dict) and "id" in one]
            data = {one["id"]: one for one in shown if one["type"] not in _FIXED}
        else:
            return None
        return {"reload_token": document["reload_token"], "data": data, "created_on": document["at"] / 1e6}

    def view(self) -> None:
        """Opens it in a browser."""
        import tempfile
        import webbrowser

        with tempfile.NamedTemporaryFile("w", suffix=".html", prefix="card-", delete=False, encoding="utf-8") as file:
            file.write(self.get())
        os.chmod(file.name, 0o600)
        webbrowser.open(f"file://{file.name}")

    def __repr__(self) -> str:
        told = f" id={self.id!r}" if self.id else ""
        return f"<Card type={self.type!r}{told} hash={self.hash[:8]}>"

    def _repr_html_(self) -> str:
        page = escaping.escape(self.get(), quote=True)
        style = "width:100%;height:40em;border:1px solid #8884;border-radius:6px;resize:vertical"
        return f'<iframe sandbox="allow-scripts" title="{escaping.escape(self.type)}" srcdoc="{page}" style="{style}"></iframe>'


class CardContainer(Sequence[Card]):
    """The cards of a task, in the order of their decorators; in a notebook it shows them."""

    def __init__(self, cards: list[Card]) -> None:
        self._cards = cards

    def __len__(self) -> int:
        return len(self._cards)

    def __iter__(self) -> Iterator[Card]:
        return iter(self._cards)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, (int, slice)):
            return None
        return self._cards[index]

    def __repr__(self) -> str:
        return f"<{len(self._cards)} cards: {self._cards!r}>"

    def _repr_html_(self) -> str:
        return "\n".join(f"<h4>{escaping.escape(card.type)}</h4>{card._repr_html_()}" for card in self._cards)


def get_cards(task: Any, id: str | None = None, type: str | None = None, follow_resumed: bool = True) -> CardContainer:
    """The cards of a task, given as a `Task` or as a pathspec.

    `id` and `type` choose among them. A task that was taken over from another run has the cards it was given there, unless
    `follow_resumed` is false.

    Raises:
        IncorrectPathspecException: it is no task.
        MetaflowNotFound: there is no such task.
    """
    from ..client import Task

    if isinstance(task, str):
        if task.count("/") != 3:
            raise IncorrectPathspecException(
                f"cards belong to tasks, and `{task}` is not the pathspec of one",
                hints=["write it as `Flow/run/step/task`"],
            )
        task = Task(task, _namespace_check=False)
    elif not isinstance(task, Task):
        raise IncorrectPathspecException(f"cards belong to tasks, not to a value of type `{_name(task)}`")
    flow, run, _, number = task._path
    if not follow_resumed and task.origin_pathspec is not None:
        return CardContainer([])
    records = task._provider.cards(flow, run, number, task._attempt)
    cards = [Card(task._provider, (flow, run, number), record, task._attempt) for record in records]
    return CardContainer([card for card in cards if id in (None, card.id) and type in (None, card.type)])


def _name(value: Any) -> str:
    return value.__class__.__name__


def _users(parts: list[Any]) -> Iterator[Any]:
    for part in parts:
        if isinstance(part, dict):
            if part.get("user"):
                yield from part["contents"]
            else:
                yield from _users(part.get("contents") or [])
