"""`MutableStep`: a step as a mutator sees it."""

from __future__ import annotations

from ..attach import find
from .decorated import Decorated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..decorators.custom import Custom
    from ..host import FlowHost
    from .mutable_flow import MutableFlow


class MutableStep(Decorated):
    """The decorators of one step, before the run."""

    def __init__(self, host: FlowHost, name: str, by: Custom, phase: str) -> None:
        super().__init__(host, by, phase)
        self._name = name

    @property
    def flow(self) -> MutableFlow:
        """The flow the step belongs to."""
        from .mutable_flow import MutableFlow

        return MutableFlow(self._host, self._by, self._phase)

    def _where(self) -> str:
        return f"step `{self._name}`"

    def _records(self) -> list[Any]:
        return self._host.decorators[self._name]

    def _replace(self, records: list[Any]) -> None:
        self._host.decorators[self._name] = records

    def _find(self, name: str) -> type[Any]:
        return find(name)

    def _check(self, record: Any) -> None:
        from ..decorators import StepDecorator
        from ..decorators.custom import OnStep

        if not isinstance(record, StepDecorator) or (record.custom and not issubclass(record.kind, OnStep)):
            raise self._wrong(f"adds `@{record.shown}`, which is a decorator of flows and not of steps")
        if record.mutates and self._phase == "mutate":
            raise self._wrong(
                f"adds the mutator `@{record.shown}` when mutators are at work already",
                ["add it in `pre_mutate`"],
            )

    def _check_removal(self, gone: list[Any]) -> None:
        for record in gone:
            if record.mutates and self._phase == "mutate":
                raise self._wrong(
                    f"removes the mutator `@{record.shown}` when mutators are at work already",
                    ["remove it in `pre_mutate`"],
                )

    def __repr__(self) -> str:
        return f"MutableStep({self._name!r})"
