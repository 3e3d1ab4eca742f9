"""Artifacts as attributes: ``task.data.x`` gives values, ``task.artifacts.x`` gives the artifacts themselves."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .artifact import DataArtifact


class MetaflowData:
    """The values of a task's artifacts; each is loaded when it is asked for."""

    def __init__(self, artifacts: Iterable[DataArtifact]) -> None:
        self._artifacts = {artifact.id: artifact for artifact in artifacts}

    def __getattr__(self, name: str) -> Any:
        # Unpickling and copying ask for names before `__init__` has run.
        artifact = self.__dict__.get("_artifacts", {}).get(name)
        if artifact is None:
            # With these, a traceback says "Did you mean".
            raise AttributeError(name, name=name, obj=self)
        return artifact.data

    def __contains__(self, name: object) -> bool:
        return name in self._artifacts

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._artifacts]

    def __repr__(self) -> str:
        return f"<MetaflowData: {', '.join(self._artifacts)}>"


def MetaflowArtifacts(artifacts: Iterable[DataArtifact]) -> NamedTuple:
    """A named tuple of artifacts, one field for each."""
    by_name = {artifact.id: artifact for artifact in artifacts}
    return namedtuple("MetaflowArtifacts", by_name, rename=True)(*by_name.values())  # type: ignore[return-value]
