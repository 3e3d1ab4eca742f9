"""A run of a flow: its steps, its result, its tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from spinloom.exceptions import MetaflowTaggingError

from .base import MetaflowObject
from .code import MetaflowCode
from .step import PARAMETERS_STEP, Step
from .task import Task

if TYPE_CHECKING:
    from ..events import Trigger
    from .data import MetaflowData
    from .flow import Flow
    from .lineage import Lineage


_UNSETTLED = ("running", "lost")
"""States of a run that may still change: a driver that was not heard of for long can come back."""


class Run(MetaflowObject):
    """A run, ``Run("TrainFlow/12")``. Iterating over it gives its steps, newest first."""

    _form = "FlowName/RunID"

    def _fetch(self) -> dict[str, Any] | None:
        return self._provider.run(*self._path)

    @property
    def parent(self) -> Flow:
        """Its flow."""
        from .flow import Flow

        flow = Flow._make(self._scope, self._path[:1], {})
        flow._record = flow._fetch()
        return flow

    def _run_record(self) -> dict[str, Any]:
        return self._record

    @property
    def origin_pathspec(self) -> str | None:
        """The run it resumed, if it did."""
        origin = self._record["origin"]
        return None if origin is None else f"{self._path[0]}/{origin}"

    @property
    def _lineage(self) -> Lineage:
        return self._provider.lineage(*self._path)

    def steps(self, *tags: str) -> Iterator[Step]:
        """Its steps, newest first; none at all if the run lacks one of ``tags``."""
        if not self.tags.issuperset(tags):
            return
        for record in reversed(self._provider.steps(*self._path)):
            if record["step"] != PARAMETERS_STEP:
                yield Step._make(self._scope, (*self._path, record["step"]), record)

    def _children(self) -> Iterator[Step]:
        return self.steps()

    def _child(self, name: str) -> Step | None:
        step = Step._make(self._scope, (*self._path, name), {})
        step._record = step._fetch()
        return None if step._record is None else step

    @property
    def end_task(self) -> Task | None:
        """The task of its end step; None if that has not started."""
        if self._record["status"] in _UNSETTLED:
            self._record = self._fetch() or self._record
        end = self._record["end"]
        return None if end is None else Task._make(self._scope, (*self._path, end["step"], str(end["task"])), end)

    @property
    def successful(self) -> bool:
        """Whether its end step finished."""
        end = self.end_task
        return end is not None and end.successful

    @property
    def finished(self) -> bool:
        """Whether its end step finished. A run that failed never finishes."""
        end = self.end_task
        return end is not None and end.finished

    @property
    def finished_at(self) -> datetime | None:
        """When its end step finished."""
        end = self.end_task
        return None if end is None else end.finished_at

    @property
    def data(self) -> MetaflowData | None:
        """The artifacts of its end step: ``run.data.model``."""
        end = self.end_task
        return None if end is None else end.data

    @property
    def code(self) -> MetaflowCode | None:
        """The code it ran; None if none was kept."""
        return MetaflowCode.of_run(self._provider, self._record)

    @property
    def trigger(self) -> Trigger | None:
        """What triggered the run, as its tasks found it in `current.trigger`; `None` if nothing did."""
        if not (events := self._record["info"].get("trigger")):
            return None
        from ..events import Trigger

        return Trigger(events)

    def add_tag(self, tag: str) -> None:
        """Adds one user tag."""
        self.replace_tags([], _several(tag))

    def add_tags(self, tags: Iterable[str]) -> None:
        """Adds user tags. Adding one it carries already, a system tag too, changes nothing."""
        self.replace_tags([], tags)

    def remove_tag(self, tag: str) -> None:
        """Removes one user tag."""
        self.replace_tags(_several(tag), [])

    def remove_tags(self, tags: Iterable[str]) -> None:
        """Removes user tags. Removing one it does not carry changes nothing; a system tag is an error."""
        self.replace_tags(tags, [])

    def replace_tag(self, tag_to_remove: str, tag_to_add: str) -> None:
        """Removes one user tag and adds another, in one step."""
        self.replace_tags(_several(tag_to_remove), _several(tag_to_add))

    def replace_tags(self, tags_to_remove: Iterable[str], tags_to_add: Iterable[str]) -> None:
        """Removes user tags, then adds others, in one step that nobody sees half done.

        Raises:
            MetaflowTaggingError: a tag is not allowed, or there would be too many, or a system tag is to be removed.
        """
        remove, add = _tag_list(tags_to_remove, "tags_to_remove"), _tag_list(tags_to_add, "tags_to_add")
        if not remove and not add:
            raise MetaflowTaggingError("Must add or remove at least one tag")
        self._provider.mutate_tags(*self._path, add, remove)
        self._record = self._fetch()


def _several(tag: Any) -> list[Any]:
    """One tag as a list; lists are let through, as old scripts call ``add_tag`` with them."""
    return [tag] if isinstance(tag, (str, bytes)) or not isinstance(tag, Iterable) else list(tag)


def _tag_list(tags: Any, what: str) -> list[str]:
    if isinstance(tags, (str, bytes)):
        tags = [tags]
    if not isinstance(tags, Iterable):
        raise MetaflowTaggingError(f"{what} must be iterable")
    tags = list(tags)
    for tag in tags:
        if not isinstance(tag, str):
            raise MetaflowTaggingError(f"Tags must be strings, not {type(tag).__name__}")
        try:
            tag.encode()
        except UnicodeEncodeError:
            raise MetaflowTaggingError("Tags must be UTF-8 encodable") from None
    return tags
