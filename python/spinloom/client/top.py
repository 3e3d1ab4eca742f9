"""The top of the tree: all flows of a store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .flow import Flow
from .metadata import Facts
from .session import Scope, default_client


class Metaflow:
    """All flows that have a run in the current namespace.

    Iterate over it, ask for ``.flows``, or take one by name: ``Metaflow()["TrainFlow"]``.
    """

    def __init__(self, *, _scope: Scope | None = None) -> None:
        self._scope = _scope or default_client().scope()

    @property
    def metadata(self) -> Facts:
        """What is recorded about tasks, for searching."""
        return Facts(self._scope)

    @property
    def flows(self) -> list[Flow]:
        """All flows, newest first; those without a run in the namespace are left out."""
        return list(self)

    def __iter__(self) -> Iterator[Flow]:
        for record in self._scope.provider.flows():
            flow = Flow._make(self._scope, (record["flow"],), record)
            if flow._is_within(self._scope.namespace):
                yield flow

    def __getitem__(self, name: str) -> Flow:
        return Flow(name, _scope=self._scope)

    def __contains__(self, name: object) -> bool:
        return any(flow.id == name for flow in self)

    def __repr__(self) -> str:
        return "Metaflow()"

    def __getstate__(self) -> dict[str, Any]:
        return {"metadata": self._scope.provider.spec, "namespace": self._scope.namespace}

    def __setstate__(self, state: dict[str, Any]) -> None:
        from .provider import open_provider

        self._scope = Scope(open_provider(state["metadata"]), state["namespace"])
