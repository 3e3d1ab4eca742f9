"""A flow: all its runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .base import MetaflowObject
from .run import Run


class Flow(MetaflowObject):
    """A flow, ``Flow("TrainFlow")``. Iterating over it gives its runs, newest first."""

    _form = "FlowName"

    def _fetch(self) -> dict[str, Any] | None:
        return next((flow for flow in self._provider.flows() if flow["flow"] == self.id), None)

    @property
    def parent(self) -> None:
        """A flow is inside of nothing."""
        return None

    @property
    def user_tags(self) -> frozenset[str]:
        """Flows carry no tags."""
        return frozenset()

    @property
    def system_tags(self) -> frozenset[str]:
        """Flows carry no tags."""
        return frozenset()

    def _is_within(self, namespace: str | None) -> bool:
        # A flow is where any of its runs is.
        return namespace is None or next(self._provider.runs(self.id, [namespace]), None) is not None

    def runs(self, *tags: str, query: str | None = None) -> Iterator[Run]:
        """Its runs, newest first, read as they are asked for; only those that carry all of ``tags``.

        With ``query``, only those it asks for: ``"status:failed user:ann dur>1h param.lr<0.1 started>-7d"``, as in
        ``spinloom list --query``.
        """
        return self._runs(list(tags), None, query)

    def _runs(self, tags: list[str], status: str | None, query: str | None = None) -> Iterator[Run]:
        for record in self._provider.runs(self.id, self._scope.filter_tags + tags, status, query):
            yield Run._make(self._scope, (self.id, record["run"]), record)

    @property
    def latest_run(self) -> Run | None:
        """The newest run, finished or not; None if there is none."""
        return next(self.runs(), None)

    @property
    def latest_successful_run(self) -> Run | None:
        """The newest run whose end step finished; None if there is none."""
        return next((run for run in self._runs([], "done") if run.successful), None)

    def _children(self) -> Iterator[Run]:
        return self.runs()

    def _child(self, name: str) -> Run | None:
        record = self._provider.run(self.id, name)
        if record is None:
            return None
        return Run._make(self._scope, (self.id, name), record)

    def __getitem__(self, name: str | int) -> Run:
        run: Run = super().__getitem__(name)
        if self._scope.check:
            run._demand_namespace()
        return run
