"""The cards of one attempt: made ready before the step's body, kept after it. Nothing here ever fails a step."""

from __future__ import annotations

from ..context import current
from ..worker.timeout import time_limit
from .current import CardCollector
from .document import Document, now
from .facts import Facts, Known
from .kinds import find
from .live import LiveCard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..flow import FlowSpec
    from ..worker.task import TaskState

ENCODING = "spinloom-card"


class CardPlan:
    """What the cards of all attempts of a step have in common."""

    def __init__(self, decorators: list[Any]) -> None:
        self._decorators = decorators
        self._kinds: list[Any] | None = None
        self._known: Known | None = None

    def prepare(self, host: Any, step: str) -> Known:
        """Finds the types, and what all tasks of the step would show alike. Packages of others are imported by that."""
        if self._known is None:
            self._kinds = [_kind(one) for one in self._decorators]
            self._known = Known(host, step)
        return self._known

    def begin(self, task: TaskState, flow: FlowSpec) -> TaskCards:
        """The cards of an attempt, which `current.card` has from now on."""
        facts = Facts(task, flow, self.prepare(task.host, task.step))
        return TaskCards(list(zip(self._decorators, self._kinds or [], strict=True)), facts)


def _kind(decorator: Any) -> Any:
    if decorator.template is not None:
        return decorator.template
    try:
        return find(decorator.kind)
    except Exception as error:
        _tell(f"card type `{decorator.kind}` cannot be used: {error}")
        return None


class TaskCards:
    """The cards of one attempt."""

    def __init__(self, kinds: list[tuple[Any, Any]], facts: Facts) -> None:
        self._facts = facts
        # Filled while artifacts are saved, so that nothing is looked at twice.
        facts.state.shown = facts.previews
        self._cards = [
            LiveCard(position, decorator, kind, self._facts, self._warn)
            for position, (decorator, kind) in enumerate(kinds)
        ]
        current._add("card", CardCollector(self._cards, self._warn))

    def _warn(self, text: str) -> None:
        self._facts.warnings.append(text)
        _tell(text)

    def finish(self, ok: bool) -> None:
        """Keeps the cards beside the artifacts: of a task that went well as it ended, of one that failed as they last were shown."""
        for card in self._cards:
            card.stop()
            try:
                document = _limited(card) if ok else card.last
                if document is not None:
                    self._save(card.position, document)
            except Exception as error:
                _tell(f"card `{card.kind}` is not kept: {type(error).__name__}: {error}")

    def _save(self, position: int, document: Document) -> None:
        at, encoded = document.encoded or (now(), document.encode(now()))
        note = f'{{"encoding":"{ENCODING}","serializer":{document.note(at)}}}'
        texts = [text.encode() for _, text in document.scripts]
        self._facts.ctx.save(f"_card:{position}", "card", encoded, texts, note)


def _limited(card: LiveCard) -> Document | None:
    """The finished card, made within its time."""
    try:
        if card.timeout <= 0 or card.is_quick:
            return card.make()
        with time_limit(card.timeout, "", f"the card took longer than its `timeout` of {card.timeout:g} s"):
            return card.make()
    except Exception as error:
        return card.error(error)


def _tell(text: str) -> None:
    from ..worker import boundary

    boundary.tell(f"[@card WARNING] {text}\n")
