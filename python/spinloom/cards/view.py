"""The running task as the Client would show it once it is over: for templates of cards, which are given a `Task`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..client import DataArtifact, Task
from ..client.session import Scope
from ..worker.persist import is_artifact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facts import Facts


class TaskView(Task):
    """A task whose artifacts are those of the instance that runs it."""

    _facts: Facts
    _over = False

    @property
    def _now(self) -> dict[str, Any]:
        return self._record

    @property
    def _outcome(self) -> dict[str, Any]:
        return {**self._record, "status": "done" if self._over else "running"}

    @property
    def finished(self) -> bool:
        """Whether the step is over."""
        return self._over

    @property
    def successful(self) -> bool:
        """Whether it went well: cards are made only then."""
        return self._over

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""
        return datetime.now() if self._over else None

    @property
    def exception(self) -> Any:
        """None: it has not failed."""
        return None

    def _names(self) -> list[str]:
        facts = self._facts
        own = [name for name, value in list(facts.flow.__dict__.items()) if is_artifact(name, type(value))]
        state = facts.state
        inherited = [] if state.join or not state.spec["inputs"] else [name for name, _ in facts.ctx.input_artifacts(0)]
        return sorted({*own, *inherited, *state.merged, *state.flow.shared, *state.flow.parameters})

    def _children(self) -> Iterator[DataArtifact]:
        for name in self._names():
            if not name.startswith("_"):
                yield self._artifact(name)

    def _child(self, name: str) -> DataArtifact | None:
        return self._artifact(name) if name in self._names() else None

    def _artifact(self, name: str) -> ArtifactView:
        made = ArtifactView._make(self._scope, (*self._path, name), {"saved_at": None, "size": 0, "hash": ""})
        made._view = self
        return made


class ArtifactView(DataArtifact):
    """An artifact that is not saved yet."""

    _view: TaskView

    @property
    def data(self) -> Any:
        """The value."""
        return getattr(self._view._facts.flow, self.id)

    @property
    def parent(self) -> TaskView:
        """The task."""
        return self._view

    @property
    def preview(self) -> dict[str, Any] | None:
        """Nothing: it is noted when the value is saved."""
        return None


def view_of(facts: Facts) -> TaskView:
    """The task of `facts`."""
    from ..client.provider import Provider

    spec = facts.state.spec
    provider = Provider(spec["store"])
    path = tuple(facts.pathspec.split("/"))
    record = {
        "flow": spec["flow"],
        "run": spec["run"],
        "step": spec["step"],
        "task": spec["task"],
        "attempt": spec["attempt"],
        "status": "running",
        "origin": None,
        "parents": [one["task"] for one in spec["inputs"]],
        "indices": [frame["index"] for frame in spec["frames"]],
        "created_at": facts.began,
        "started_at": facts.began,
        "finished_at": None,
        "manifest": None,
        "failure": None,
        "tags": [],
    }
    view = TaskView._make(Scope(provider, None, check=False), path, record)
    view._facts = facts
    return view
