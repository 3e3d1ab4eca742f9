"""`current`: what the running task is.

The file has another name, since a module `spinloom.current` would hide the object.
"""

from __future__ import annotations

import time

from .exceptions import MetaflowNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .worker.task import TaskState

_NAMES = frozenset(
    [
        "flow_name",
        "run_id",
        "step_name",
        "task_id",
        "retry_count",
        "origin_run_id",
        "pathspec",
        "namespace",
        "username",
        "tags",
        "tempdir",
        "is_running_flow",
        "graph",
        "graph_info",
        "parameter_names",
        "task",
        "run",
        "parallel",
        "trigger",
    ]
)


_PROJECT = "in a flow with `@project(name=…)`"
# What decorators add (CU-02), and where.
_ADDED = {
    "project_name": _PROJECT,
    "branch_name": _PROJECT,
    "project_flow_name": _PROJECT,
    "is_user_branch": _PROJECT,
    "is_production": _PROJECT,
    "card": "in a step with `@card`",
    "parallel": "in a step with `@parallel`",
    "trigger": "in a flow with `@trigger` or `@trigger_on_finish`",
    "spot_termination_notice": "on a machine that may be taken away",
    "checkpoint": "in a step with `@checkpoint`",
    "model": "in a step with `@model`",
}

_TRIGGERS = frozenset(["trigger", "trigger_on_finish"])

# A task is recorded within this many seconds of its start: pauses between looks, the last of them for nothing.
_RECORDED_SOON = (0.02, 0.05, 0.1, 0.3, 1.0, 0.0)


class Current:
    """Facts about the running task. Outside a flow they are `None`, and `is_running_flow` is false."""

    _task: TaskState | None = None

    def _begin(self, task: TaskState) -> None:
        self._task = task

    def _end(self) -> None:
        self._task = None
        self.__dict__.pop("card", None)

    def _add(self, name: str, value: object) -> None:
        """Adds what a decorator has to offer, such as `current.card`."""
        self.__dict__[name] = value

    def _of(self, field: str) -> Any:
        return None if self._task is None else self._task.spec.get(field)

    def __contains__(self, name: str) -> bool:
        return hasattr(self, name) and getattr(self, name) is not None

    def get(self, name: str, default: Any = None) -> Any:
        """The value of `name`, or `default` if there is none."""
        return getattr(self, name, default)

    def __dir__(self) -> list[str]:
        card = ["card"] if "card" in self else []
        return sorted({"get", *_NAMES, *card, *(name for name in self.__dict__ if not name.startswith("_"))})

    @property
    def is_running_flow(self) -> bool:
        """Whether a task is running."""
        return self._task is not None

    @property
    def flow_name(self) -> str | None:
        """Name of the flow."""
        return self._of("flow")  # type: ignore[no-any-return]

    @property
    def run_id(self) -> str | None:
        """Id of the run, as text."""
        return _text(self._of("run"))

    @property
    def step_name(self) -> str | None:
        """Name of the step."""
        return self._of("step")  # type: ignore[no-any-return]

    @property
    def task_id(self) -> str | None:
        """Id of the task, as text."""
        return _text(self._of("task"))

    @property
    def retry_count(self) -> int:
        """Number of the attempt, from 0."""
        return self._of("attempt") or 0

    @property
    def origin_run_id(self) -> str | None:
        """Id of the run this one resumes."""
        return _text(self._of("origin_run"))

    @property
    def pathspec(self) -> str | None:
        """`Flow/run/step/task`."""
        if self._task is None:
            return None
        return f"{self.flow_name}/{self.run_id}/{self.step_name}/{self.task_id}"

    @property
    def namespace(self) -> str | None:
        """Namespace of the run."""
        return self._of("namespace")  # type: ignore[no-any-return]

    @property
    def username(self) -> str | None:
        """Who started the run."""
        return self._of("user")  # type: ignore[no-any-return]

    @property
    def tags(self) -> set[str]:
        """Tags the run was started with."""
        return set(self._of("tags") or ())

    @property
    def tempdir(self) -> str | None:
        """Folder for temporary files: the working directory."""
        return None if self._task is None else "."

    @property
    def graph_info(self) -> dict[str, Any] | None:
        """The graph of the flow."""
        return None if self._task is None else self._task.fetch("_graph_info")

    graph = graph_info

    @property
    def parameter_names(self) -> list[str] | None:
        """Attributes of the flow that are parameters."""
        return None if self._task is None else list(self._task.flow.parameters)

    @property
    def parallel(self) -> Any:
        """Where the task is in its gang: `main_ip`, `num_nodes`, `node_index`, `control_task_id`.

        Raises:
            AttributeError: the step does not run as a gang.
        """
        gang = None if self._task is None else self._task.gang
        if gang is None:
            raise AttributeError("`current` has no `parallel` here: the step does not run as a gang", name="parallel")
        return gang

    @property
    def trigger(self) -> Any:
        """What triggered the run, a `spinloom.events.Trigger`; `None` if nothing did.

        Raises:
            AttributeError: nothing triggers the flow.
        """
        events = self.__dict__.get("trigger")
        if events:
            from .events import Trigger

            # Where the run is recorded, wherever the step has changed its directory to.
            store = self._of("store")
            return self.__dict__.setdefault("_trigger", Trigger(events, f"local@{store}" if store else None))
        if self._task is not None and any(one.name in _TRIGGERS for one in self._task.flow.decorators):
            return None
        raise AttributeError("trigger")  # which `__getattr__` words

    @property
    def task(self) -> Any:
        """This task, as the Client sees it; `None` if it cannot be read."""
        return self._object("Task", self.pathspec)

    @property
    def run(self) -> Any:
        """This run, as the Client sees it; `None` if it cannot be read."""
        return self._object("Run", f"{self.flow_name}/{self.run_id}")

    def _object(self, kind: str, pathspec: str | None) -> Any:
        if self._task is None:
            return None
        # The store the run writes to, wherever the step has changed its directory to.
        store = f"local@{self._of('store')}"
        for pause in _RECORDED_SOON:
            try:
                from . import client

                # The run is recorded before its tasks are: once this task is there, its step and its run are too.
                task = client.Task(self.pathspec, _namespace_check=False, _current_metadata=store)
                if kind == "Task":
                    return task
                return getattr(client, kind)(pathspec, _namespace_check=False, _current_metadata=store)
            except MetaflowNotFound:
                time.sleep(pause)
            except Exception:  # a reader that cannot read is no reason for a task to fail
                break
        return None

    def __getattr__(self, name: str) -> Any:
        if name == "card" and self._task is not None and self._task.cards is not None:
            return self._task.cards()  # which adds it
        raise AttributeError(f"`current` has no attribute `{name}`{_needs(name)}", name=name, obj=self)


def _needs(name: str) -> str:
    """What would have to be there for an add-on to be."""
    if name.startswith("_"):
        return ""
    if name in _ADDED:
        return f": it is there {_ADDED[name]}"
    from .locations import suggestion

    return "".join(f"; {hint}" for hint in suggestion(name, [*_NAMES, *_ADDED]))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


current = Current()
