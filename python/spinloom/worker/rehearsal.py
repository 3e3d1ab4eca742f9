"""Runs the worker's own code a few times in the zygote, on a flow of ours, before any task is forked from it.

Python writes into its functions while it learns to run them fast (caches of types and attributes, specialised bytecode:
PEP 659), and after a fork each such write copies a page of memory. Learnt here, no task has to learn it again, which
halves what a small task costs (`benches/README.md`). No code of the user's runs.
"""

from __future__ import annotations

import io
import pickle

from ..classes import flow_class
from ..context import current
from ..flow import FlowSpec
from ..steps import step
from .plan import StepPlan
from .run import run_attempt
from .task import instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .task import TaskState

# CPython 3.11 specialises a function from its eighth call on, later versions sooner.
TIMES = 12

_SPEC: dict[str, Any] = {
    "flow": "Rehearsal",
    "run": "1",
    "step": "start",
    "task": 1,
    "attempt": 0,
    "max_attempts": 1,
    "join": False,
    "iteration": 0,
    "control": None,
    "inputs": [{"step": "_parameters", "task": 0, "manifest": "", "index": None}],
    "frames": [{"step": "start", "var": "items", "index": 0, "count": 1}],
}
_DOCUMENT: dict[str, Any] = {
    "name": "start",
    "args": 1,
    "line": 1,
    "file": __file__,
    "tail": {"targets": ["end"], "foreach": None},
}


class Rehearsal(FlowSpec):
    """A flow like any other."""

    @step
    def start(self) -> None:
        """Reads, assigns and goes on, as steps do."""
        self.x = self.inherited
        self.next(self.end)

    @step
    def end(self) -> None:
        """Never comes."""


class _Context:
    """A context that stores nothing."""

    spec = _SPEC
    value = pickle.dumps(["value"], 5)

    def load(self, _position: int, _name: str) -> tuple[bytes, list[Any]]:
        return self.value, []

    def spool(self) -> io.BytesIO:
        return io.BytesIO()

    def save(self, _name: str, _kind: str, _stream: Any, _buffers: list[Any], _note: str | None = None) -> None:
        pass

    def carried(self, _name: str) -> bool:
        return True

    def input_artifacts(self, _position: int) -> list[tuple[str, str]]:
        return []

    def inherit_all(self, _position: int, _but: set[str]) -> None:
        pass

    def keep_card(self, _position: int, _form: Any) -> None:
        pass

    def finish(self, _result: str, _began: int = 0, _ended: int = 0) -> None:
        pass


class _Host:
    """As much of a `FlowHost` as an attempt needs: describing a flow reads its source, which ours need not be."""

    def __init__(self, cards: bool) -> None:
        self.cls = Rehearsal
        self.flow = flow_class(Rehearsal)
        self.script = __file__
        decorators: list[Any] = []
        if cards:
            from ..decorators.card import Card

            decorators.append(Card({}))
        self._plan = StepPlan(_DOCUMENT, self.flow.steps["start"], decorators)

    def document(self) -> dict[str, Any]:
        return {"steps": []}

    def plan(self, _step: str) -> StepPlan:
        return self._plan

    def instance(self, state: TaskState) -> FlowSpec:
        return instance(Rehearsal, state)


def rehearse(cards: bool = False) -> None:
    """Runs the rehearsal's one task `TIMES` times; with a card, if tasks of the flow have some."""
    host, context = _Host(cards), _Context()
    for _ in range(TIMES):
        run_attempt(host, context)  # type: ignore[arg-type]
    current._end()
