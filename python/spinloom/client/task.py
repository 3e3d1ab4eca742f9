"""A task: what it got, what it wrote, what it saved."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from spinloom.exceptions import MetaflowExceptionWrapper

from . import logs
from .artifact import DataArtifact
from .base import MetaflowObject, local_time
from .code import MetaflowCode
from .data import MetaflowArtifacts, MetaflowData
from .metadata import Metadata, describe

if TYPE_CHECKING:
    from .step import Step

_NOTHING: dict[str, Any] = {"status": None, "finished_at": None, "failure": None, "manifest": None}
"""Stands for an attempt that was never made."""


class Task(MetaflowObject):
    """A task, ``Task("TrainFlow/12/train/5")``. Iterating over it gives its artifacts.

    ``attempt`` picks an earlier attempt; by default the newest one that has started counts, finished or not.
    """

    _form = "FlowName/RunID/StepName/TaskID"
    _has_attempts = True
    _past: dict[str, Any] = _NOTHING
    """What became of an earlier attempt, once it is over."""

    def _fetch(self) -> dict[str, Any] | None:
        flow, run, step, task = self._path
        record = self._provider.task(flow, run, task)
        return record if record is not None and record["step"] == step else None

    @property
    def _now(self) -> dict[str, Any]:
        """Its record as it is now: one that is over does not change any more, so it is not read again."""
        if self._record["status"] == "running":
            self._record = self._fetch() or self._record
        return self._record

    @property
    def _outcome(self) -> dict[str, Any]:
        """What became of the attempt this object shows."""
        record = self._now
        if self._attempt is None or self._attempt == record["attempt"]:
            return record
        if self._past["status"] in (None, "running"):
            attempts = self._provider.attempts(*self._path[:2], self.id)
            self._past = next((attempt for attempt in attempts if attempt["attempt"] == self._attempt), _NOTHING)
        return self._past

    @property
    def parent(self) -> Step:
        """Its step."""
        from .step import Step

        step = Step._make(self._scope, self._path[:3], {})
        step._record = step._fetch()
        return step

    @property
    def origin_pathspec(self) -> str | None:
        """The task it was taken over from, if its run resumed another one and did not run it again."""
        origin = self._record["origin"]
        return None if origin is None else f"{self._path[0]}/{origin[0]}/{self._path[2]}/{origin[1]}"

    # Artifacts.

    @property
    def _manifest(self) -> str | None:
        """Where its artifacts are; None while it is at work, or if it saved none."""
        outcome = self._outcome
        return None if outcome["status"] == "running" else outcome["manifest"]

    def _artifact_record(self, name: str) -> dict[str, Any] | None:
        """One artifact's record, with what it is found again by."""
        manifest = self._manifest
        record = manifest and self._provider.artifact(manifest, name)
        return self._dated(record) if record else None

    def _dated(self, record: dict[str, Any]) -> dict[str, Any]:
        outcome = self._outcome
        return {**record, "saved_at": outcome["finished_at"], "manifest": outcome["manifest"]}

    def _wrap(self, record: dict[str, Any]) -> DataArtifact:
        return DataArtifact._make(self._scope, (*self._path, record["name"]), record, self._attempt)

    def _children(self) -> Iterator[DataArtifact]:
        manifest = self._manifest
        for record in self._provider.artifacts(manifest) if manifest else ():
            if not record["name"].startswith("_"):
                yield self._wrap(self._dated(record))

    def _child(self, name: str) -> DataArtifact | None:
        record = self._artifact_record(name)
        return None if record is None else self._wrap(record)

    @property
    def data(self) -> MetaflowData:
        """Its artifacts' values: ``task.data.model``."""
        return MetaflowData(self)

    @property
    def artifacts(self) -> Any:
        """Its artifacts: ``task.artifacts.model``, a named tuple."""
        return MetaflowArtifacts(self)

    # State.

    @property
    def current_attempt(self) -> int:
        """The attempt this object shows, from 0."""
        return self._now["attempt"] if self._attempt is None else self._attempt

    @property
    def successful(self) -> bool:
        """Whether it finished without an exception; one that `@catch` took care of counts as finished only."""
        outcome = self._outcome
        if outcome["status"] != "done":
            return False
        success = outcome["manifest"] and self._provider.load(outcome["manifest"], "_success")
        return not success or bool(pickle.loads(success[0]))

    @property
    def finished(self) -> bool:
        """Whether it finished. A task that failed never finishes."""
        return self._outcome["status"] == "done"

    @property
    def finished_at(self) -> datetime | None:
        """When it ended, well or not; None while it is at work."""
        outcome = self._outcome
        return None if outcome["status"] == "running" else local_time(outcome["finished_at"])

    @property
    def exception(self) -> Any:
        """Why it failed, a ``MetaflowExceptionWrapper``; None if it did not."""
        artifact = self._child("_exception")
        exception = None if artifact is None else artifact.data
        failure = self._outcome["failure"]
        return _wrapper(failure) if exception is None and failure is not None else exception

    # Logs.

    def _log(self, stream: str) -> list[tuple[int, str, bytes]]:
        if stream not in logs.STREAMS:
            raise ValueError(f"`{stream}` is not a stream of a task: write `stdout` or `stderr`")
        flow, run, _, task = self._path
        attempt, record = self._attempt, self._now
        while record is not None and record["origin"] is not None:
            (run, origin_task), attempt = record["origin"], None
            task = str(origin_task)
            record = self._provider.task(flow, run, task)
        if record is None:
            return []
        return self._provider.log(flow, run, task, record["attempt"] if attempt is None else attempt, stream)

    def _text(self, stream: str) -> bytes:
        return b"".join(data for _, _, data in self._log(stream))

    @property
    def stdout(self) -> str:
        """What it printed. Bytes that are not UTF-8 are replaced."""
        return self._text("stdout").decode(errors="replace")

    @property
    def stderr(self) -> str:
        """What it wrote to its standard error."""
        return self._text("stderr").decode(errors="replace")

    @property
    def stdout_size(self) -> int:
        """Bytes of its standard output."""
        return len(self._text("stdout"))

    @property
    def stderr_size(self) -> int:
        """Bytes of its standard error."""
        return len(self._text("stderr"))

    def loglines(self, stream: str, as_unicode: bool = True, meta_dict: Any = None) -> Iterator[tuple[datetime, Any]]:
        """Lines of ``stream`` with the time each was written (naive, UTC).

        Args:
            stream: ``stdout`` or ``stderr``.
            as_unicode: text, or the bytes as written.
            meta_dict: not needed; taken so that old scripts work.
        """
        for at, line in logs.lines(self._log(stream)):
            yield at, line.decode(errors="replace") if as_unicode else line

    # What is known about it.

    @property
    def metadata(self) -> list[Metadata]:
        """The facts recorded about it, oldest first."""
        return describe(self)

    @property
    def metadata_dict(self) -> dict[str, Any]:
        """The last value of each fact, by name."""
        return {fact.name: fact.value for fact in self.metadata}

    @property
    def index(self) -> int | None:
        """Its index in the innermost foreach; None outside of one."""
        indices = self._record["indices"]
        return indices[-1] if indices else None

    @property
    def runtime_name(self) -> str | None:
        """What ran it: ``dev`` for the local machine."""
        tags = self.system_tags
        return next((tag.removeprefix("runtime:") for tag in tags if tag.startswith("runtime:")), None)

    @property
    def code(self) -> MetaflowCode | None:
        """The code it ran; None if none was kept."""
        return MetaflowCode.of_run(self._provider, self._run_record())

    @property
    def environment_info(self) -> Any:
        """What its code ran in; None if no code was kept."""
        return None if self.code is None else "Local environment"

    # Neighbours.

    @property
    def parent_task_pathspecs(self) -> Iterator[str]:
        """Pathspecs of the tasks its inputs came from."""
        return (task.pathspec for task in self.parent_tasks)

    @property
    def child_task_pathspecs(self) -> Iterator[str]:
        """Pathspecs of the tasks that got its artifacts as inputs."""
        return (task.pathspec for task in self.child_tasks)

    @property
    def parent_tasks(self) -> Iterator[Task]:
        """Tasks its inputs came from, in the order a join sees them."""
        for parent in self._record["parents"]:
            record = self._provider.task(*self._path[:2], str(parent))
            if record is not None and record["task"] != 0:
                yield Task._make(self._scope, (*self._path[:2], record["step"], str(parent)), record)

    @property
    def child_tasks(self) -> Iterator[Task]:
        """Tasks that got its artifacts as inputs."""
        mine = self._record["task"]
        for name in self.parent.parent._lineage.after(self._path[2]):
            for record in self._provider.tasks(*self._path[:2], name):
                if mine in record["parents"]:
                    yield Task._make(self._scope, (*self._path[:2], name, str(record["task"])), record)


def _wrapper(failure: dict[str, Any]) -> MetaflowExceptionWrapper:
    """What the engine noted about an attempt that could save nothing itself, because its process died."""
    wrapper = MetaflowExceptionWrapper()
    wrapper.type = failure["kind"]
    wrapper.exception = failure["message"]
    wrapper.stacktrace = failure.get("traceback") or f"{wrapper.type}: {wrapper.exception}\n"
    return wrapper
