"""One artifact of a task."""

from __future__ import annotations

import pickle
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from spinloom import buffers, encoding
from spinloom.exceptions import MetaflowDataMissing, MetaflowException
from spinloom.previews.text import as_text

from .base import MetaflowObject, hinted, local_time

if TYPE_CHECKING:
    from .task import Task


class DataArtifact(MetaflowObject):
    """An artifact, ``DataArtifact("TrainFlow/12/train/5/model")``. Nothing is loaded before ``.data`` is asked for."""

    _form = "FlowName/RunID/StepName/TaskID/ArtifactName"
    _has_attempts = True

    def _fetch(self) -> dict[str, Any] | None:
        task = self._task()
        return None if task is None else task._artifact_record(self.id)

    def _task(self) -> Task | None:
        from .task import Task

        task = Task._make(self._scope, self._path[:4], {}, self._attempt)
        task._record = task._fetch()
        return None if task._record is None else task

    @property
    def parent(self) -> Task:
        """Its task."""
        task = self._task()
        if task is None:
            raise MetaflowDataMissing(f"the task of `{self.pathspec}` is gone")
        return task

    @property
    def origin_pathspec(self) -> str | None:
        """The artifact of the run that its run resumed, if its task was taken over."""
        origin = self.parent.origin_pathspec
        return None if origin is None else f"{origin}/{self.id}"

    @property
    def data(self) -> Any:
        """The value; loaded anew each time, so that changing it changes nobody else's."""
        found = self._provider.load(self._record["manifest"], self.id)
        if found is None:
            raise MetaflowDataMissing(f"the artifact `{self.pathspec}` is gone")
        if not self._record["encoding"].startswith(encoding.PICKLE):
            return self._decoded(*found)
        return buffers.unpickle(*found, partial(_Unpickler, artifact=self))

    def _decoded(self, stream: bytes, pieces: Any) -> Any:
        try:
            return encoding.decode(stream, pieces, self._record, self._looks())
        except MetaflowDataMissing as error:
            missing = MetaflowDataMissing(f"cannot load the artifact `{self.pathspec}`: {error}", hints=error.hints)
            raise hinted(missing, error.hints) from None

    def _looks(self) -> str:
        """What it looked like when it was saved, for who cannot load it."""
        try:
            text = as_text(self.preview)
        except MetaflowException:  # an error about an error helps nobody
            text = ""
        return f" (when it was saved: {text})" if text else ""

    @property
    def preview(self) -> dict[str, Any] | None:
        """What the task that saved it noted for people to see, without loading the value; None if it noted nothing.

        ``kind`` says what it is; the other fields are in ``docs/design/0005-artifacts.md``.
        """
        return self._provider.preview(self._record["manifest"], self.id)

    @property
    def size(self) -> int:
        """Bytes, uncompressed."""
        return self._record["size"]

    @property
    def sha(self) -> str:
        """Hash of its content: artifacts with equal hashes have equal bytes."""
        return self._record["hash"]

    @property
    def created_at(self) -> datetime | None:
        """When it was saved, local time."""
        return self.finished_at

    @property
    def finished_at(self) -> datetime | None:
        """When it was saved, local time."""
        return local_time(self._record["saved_at"])


class ArtifactClassMissing(MetaflowDataMissing, AttributeError):
    """An artifact cannot be loaded because the class of a value in it cannot be found here."""


class _Unpickler(pickle.Unpickler):
    """Says which artifact needs which class, where a plain unpickler only knows the class."""

    def __init__(self, file: Any, *, buffers: Any, artifact: DataArtifact) -> None:
        super().__init__(file, buffers=buffers)
        self._artifact = artifact

    def find_class(self, module: str, name: str) -> Any:
        try:
            return super().find_class(module, name)
        except (ImportError, AttributeError) as error:
            if (module, name) == ("__main__", "ForeachFrame"):
                from spinloom.compat.metaflow.shims import ForeachFrame

                return ForeachFrame
            path, looks = self._artifact.pathspec, self._artifact._looks()
            what = f"cannot load the artifact `{path}`: its class `{module}.{name}` cannot be found here{looks}"
            if module == "__main__":
                hint = f"the flow file defines `{name}`; move it to a module that both can import"
            else:
                hint = f"make the module `{module}` importable (`sys.path`), or install the package it comes from"
            raise ArtifactClassMissing(f"{what}; {hint}") from error
