"""A step of a run: its tasks and its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .base import MetaflowObject, local_time
from .task import Task

if TYPE_CHECKING:
    from .run import Run

PARAMETERS_STEP = "_parameters"
"""The pseudo-step whose only task holds parameters and constants; reachable by name, never listed."""


class Step(MetaflowObject):
    """A step of a run, ``Step("TrainFlow/12/train")``. Iterating over it gives its tasks, newest first."""

    _form = "FlowName/RunID/StepName"

    def _fetch(self) -> dict[str, Any] | None:
        steps = self._provider.steps(*self._path[:2])
        found = next((step for step in steps if step["step"] == self.id), None)
        if found is None and self.id == PARAMETERS_STEP:
            task = self._provider.task(*self._path[:2], "0")
            found = task and {**task, "step": self.id}
        return found

    @property
    def parent(self) -> Run:
        """Its run."""
        from .run import Run

        return Run._make(self._scope, self._path[:2], self._run_record())

    @property
    def origin_pathspec(self) -> str | None:
        """The same step of the run that its run resumed."""
        origin = self._run_record()["origin"]
        return None if origin is None else f"{self._path[0]}/{origin}/{self.id}"

    def _records(self, limit: int = 0) -> list[dict[str, Any]]:
        if self.id == PARAMETERS_STEP:
            task = self._provider.task(*self._path[:2], "0")
            return [] if task is None else [task]
        return self._provider.tasks(*self._path, limit)

    def _wrap(self, record: dict[str, Any]) -> Task:
        return Task._make(self._scope, (*self._path, str(record["task"])), record)

    def tasks(self, *tags: str) -> Iterator[Task]:
        """Its tasks, newest first; none at all if the run lacks one of ``tags``."""
        if tags and not self.tags.issuperset(tags):
            return
        for record in sorted(self._records(), key=_age, reverse=True):
            yield self._wrap(record)

    def _children(self) -> Iterator[Task]:
        return self.tasks()

    def _child(self, name: str) -> Task | None:
        record = self._provider.task(*self._path[:2], name)
        return self._wrap(record) if record is not None and record["step"] == self.id else None

    @property
    def task(self) -> Task | None:
        """The first of its tasks as they are listed: for a step with one task, that one."""
        return next(self.tasks(), None)

    @property
    def control_task(self) -> Task | None:
        """The task that leads a gang of tasks; None for a step without one."""
        return next(iter(self.control_tasks()), None)

    def control_tasks(self, *tags: str) -> Iterable[Task]:
        """Tasks that lead a gang of tasks."""
        return (task for task in self.tasks(*tags) if task.metadata_dict.get("internal_task_type") == "UBFControl")

    @property
    def finished_at(self) -> datetime | None:
        """When the last of its tasks ended; None while one is at work."""
        ends = [None if task["status"] == "running" else task["finished_at"] for task in self._records()]
        return None if not ends or None in ends else local_time(max(ends))

    @property
    def environment_info(self) -> Any:
        """What its code ran in."""
        task = self.task
        return None if task is None else task.environment_info

    @property
    def parent_steps(self) -> Iterator[Step]:
        """Steps before it that have started."""
        run = self.parent
        return _existing(run, run._lineage.before(self.id))

    @property
    def child_steps(self) -> Iterator[Step]:
        """Steps after it that have started."""
        run = self.parent
        return _existing(run, run._lineage.after(self.id))


def _existing(run: Run, names: Iterable[str]) -> Iterator[Step]:
    return (step for name in names if (step := run._child(name)) is not None)


def _age(record: dict[str, Any]) -> tuple[int, int]:
    return record["created_at"], record["task"]
