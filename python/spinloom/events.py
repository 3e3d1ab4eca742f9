"""What triggers a run: `current.trigger`, and names of events that belong to a project."""

from __future__ import annotations

import collections
import functools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .client import Run


class MetaflowEvent(collections.namedtuple("MetaflowEvent", ["name", "id", "timestamp", "type"])):
    """An event that triggered a run: its `name`, `id`, when it happened, and its `type`: `event`, or `run` of a flow."""

    __slots__ = ()


class Trigger:
    """What triggered a run: events, or runs of other flows, the latest first.

    `"name" in trigger` says whether an event of that name, or a run of a flow of that name, is there, `trigger["name"]`
    gives it, and iterating gives all events. A run is an event too: its end.
    """

    def __init__(self, events: list[dict[str, Any]], metadata: str | None = None) -> None:
        """`events` have `name`, `id`, `timestamp` (microseconds), `type`, and a run's have its pathspec as `run`.

        `metadata` is where runs are looked for, if not where the Client would.
        """
        self._metadata = metadata
        self._runs: dict[str, Run] = {}
        self._told = sorted(events, key=lambda event: event["timestamp"], reverse=True)

    @functools.cached_property
    def _events(self) -> list[MetaflowEvent]:
        from datetime import datetime

        return [
            MetaflowEvent(one["name"], one["id"], datetime.fromtimestamp(one["timestamp"] / 1e6), one["type"])
            for one in self._told
        ]

    @property
    def event(self) -> MetaflowEvent | None:
        """The latest event."""
        return self._events[0] if self._events else None

    @property
    def events(self) -> list[MetaflowEvent] | None:
        """All events, the latest first."""
        return list(self._events) or None

    @property
    def run(self) -> Run | None:
        """The latest run of another flow."""
        return next(iter(self.runs or ()), None)

    @property
    def runs(self) -> list[Run] | None:
        """All runs of other flows, the latest first; `None` if events triggered the run."""
        return [self._run(one["run"]) for one in self._told if one.get("run")] or None

    def _run(self, pathspec: str) -> Run:
        from .client import Run

        if pathspec not in self._runs:
            self._runs[pathspec] = Run(pathspec, _namespace_check=False, _current_metadata=self._metadata)
        return self._runs[pathspec]

    def _names(self) -> list[str]:
        return [one["run"].split("/")[0] if one.get("run") else one["name"] for one in self._told]

    def __getitem__(self, name: str) -> MetaflowEvent | Run:
        names = self._names()
        if name not in names:
            raise KeyError(name)
        at = names.index(name)
        run = self._told[at].get("run")
        return self._run(run) if run else self._events[at]

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __iter__(self) -> Iterator[MetaflowEvent]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._told)

    def __repr__(self) -> str:
        return f"Trigger({', '.join(self._names())})"


def namespaced_event_name(name: str) -> Any:
    """The name of an event of a flow's own project and branch, for `@trigger(event=namespaced_event_name("x"))`.

    Worked out when the flow is deployed: `mfns.<project>.<branch>.x`, or `mfns.x` without `@project`.
    """
    return functools.partial(_namespaced, event_name=name)


def _namespaced(context: Any = None, *, event_name: str) -> str:
    from .context import current

    project = [current.get("project_name"), current.get("branch_name")]
    return ".".join(["mfns", *(part for part in project if part), event_name])
