"""The cards of one attempt: made ready before the step's body, kept after it. Nothing here ever fails a step."""

from __future__ import annotations

from functools import partial

from ..context import current
from ..worker.timeout import time_limit
from . import apart
from .current import CardCollector
from .document import Document, now
from .facts import Facts, Known
from .forms import forms
from .kinds import find
from .live import LiveCard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..flow import FlowSpec
    from ..worker.task import TaskState

ENCODING = "spinloom-card"
_GRACE = 1.0
"""Seconds beyond its time after which the process of a template is ended, if it does not heed the alarm."""


class CardPlan:
    """What the cards of all attempts of a step have in common."""

    def __init__(self, decorators: list[Any]) -> None:
        self._decorators = decorators
        self._kinds: list[Any] | None = None
        self._known: Known | None = None
        self.forms: list[Any] | None = None

    def prepare(self, host: Any, step: str) -> Known:
        """Finds the types, and what all tasks of the step would show alike. Packages of others are imported by that."""
        if self._known is None:
            self._kinds = [_kind(one) for one in self._decorators]
            self._known = Known(host, step)
            self.forms = forms(self._paired(), self._known, step)
        return self._known

    def _paired(self) -> list[tuple[Any, Any]]:
        return list(zip(self._decorators, self._kinds or [], strict=True))

    def begin(self, task: TaskState, flow: FlowSpec) -> None:
        """Makes `current.card` be there: at once if a card is more than a form to be filled in, else once it is asked for."""
        if self._known is None:
            self.prepare(task.host, task.step)
        task.cards = partial(self._whole, task, flow)
        if self.forms is None or task.has_others:
            task.cards()

    def _whole(self, task: TaskState, flow: FlowSpec) -> CardCollector:
        task.whole_cards = cards = TaskCards(self._paired(), Facts(task, flow, self.prepare(task.host, task.step)))
        return cards.collector

    def finish(self, task: TaskState, ok: bool) -> None:
        """Keeps the cards beside the artifacts. Those that the step said nothing to cost next to nothing."""
        if task.whole_cards is None and ok:
            try:
                for position, form in enumerate(self.forms or ()):
                    task.ctx.keep_card(position, form)
                return
            except Exception:  # parameters that cannot be read: the longer way tells which
                task.cards()
        if task.whole_cards is not None:
            task.whole_cards.finish(ok)


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
        self._cards = [
            LiveCard(position, decorator, kind, self._facts, self._warn)
            for position, (decorator, kind) in enumerate(kinds)
        ]
        self.collector = CardCollector(self._cards, self._warn)
        current._add("card", self.collector)

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
    """The finished card, made within its time; by a template in a process of its own, unless the step left threads running."""
    try:
        if card.is_template and apart.is_possible():
            seconds = card.timeout + _GRACE if card.timeout > 0 else None
            return card.unpacked(apart.run(lambda: card.packed(_timed(card)), seconds))
        return _timed(card)
    except apart.Overdue:
        return card.error(apart.Overdue(_overdue(card)))
    except apart.Died as died:
        return card.error(apart.Died(f"the template `{card.kind}` did not come to its end: {died}"))
    except Exception as error:
        return card.error(error)


def _timed(card: LiveCard) -> Document | None:
    try:
        if card.timeout <= 0 or card.is_quick:
            return card.make()
        with time_limit(card.timeout, "", _overdue(card)):
            return card.make()
    except Exception as error:
        return card.error(error)


def _overdue(card: LiveCard) -> str:
    return f"the card took longer than its `timeout` of {card.timeout:g} s"


def _tell(text: str) -> None:
    from ..worker import boundary

    boundary.tell(f"[@card WARNING] {text}\n")
