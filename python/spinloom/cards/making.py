"""The cards of one attempt: made ready before the step's body, kept after it. Nothing here ever fails a step."""

from __future__ import annotations

import os

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

    def begin(self, task: TaskState, flow: FlowSpec) -> QuietCards | TaskCards:
        """The cards of an attempt, which `current.card` has from now on."""
        self.prepare(task.host, task.step)
        quiet = QuietCards(self, task, flow)
        return quiet if self.forms is not None and not task.has_others else quiet.whole()

    def whole(self, task: TaskState, flow: FlowSpec, began: int, process: int) -> TaskCards:
        """The cards of an attempt, with all that its step can say to them."""
        facts = Facts(task, flow, self.prepare(task.host, task.step), began, process)
        return TaskCards(self._paired(), facts)


def _kind(decorator: Any) -> Any:
    if decorator.template is not None:
        return decorator.template
    try:
        return find(decorator.kind)
    except Exception as error:
        _tell(f"card type `{decorator.kind}` cannot be used: {error}")
        return None


class QuietCards:
    """The cards of an attempt as long as its step says nothing to them, which costs next to nothing."""

    __slots__ = ("_began", "_flow", "_plan", "_process", "_task", "_whole")

    def __init__(self, plan: CardPlan, task: TaskState, flow: FlowSpec) -> None:
        self._plan = plan
        self._task = task
        self._flow = flow
        self._began = now()
        self._process = os.getpid()
        self._whole: TaskCards | None = None
        current._add_once_asked("card", self._asked)

    def _asked(self) -> CardCollector:
        return self.whole().collector

    def whole(self) -> TaskCards:
        """The cards as the step can speak to them."""
        if self._whole is None:
            self._whole = self._plan.whole(self._task, self._flow, self._began, self._process)
        return self._whole

    def finish(self, ok: bool) -> None:
        """See `TaskCards.finish`."""
        if self._whole is None and ok:
            try:
                for position, form in enumerate(self._plan.forms or ()):
                    self._task.ctx.keep_card(position, form, self._began)
                return
            except Exception:  # parameters that cannot be read: the longer way tells which
                self.whole()
        if self._whole is not None:
            self._whole.finish(ok)


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
