"""What the flow's instance in a task knows: its inputs, its place in the foreach frames, its values not yet loaded."""

from __future__ import annotations

import os
from itertools import islice

from ..exceptions import MetaflowException
from ..state import FlowState
from ..unbounded import PARALLEL_VARIABLE, place_in_gang
from .merging import merge
from .pickling import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..flow import FlowSpec
    from ..host import FlowHost
    from ..parameters import Parameter

# Belongs to one task, and is never carried on to the next.
INTERNAL = frozenset(
    [
        "_task_ok",
        "_success",
        "_exception",
        "_transition",
        "_foreach_stack",
        "_foreach_var",
        "_foreach_values",
        "_foreach_num_splits",
        "_iteration_stack",
        "_current_step",
        "_catch_exception",
        "_unbounded_foreach",
        "_control_mapper_tasks",
        "_control_task_is_mapper_zero",
        "_parallel_ubf_iter",
        "_configs_processed",
    ]
)
_MISSING = object()


class TaskState(FlowState):
    """The state of an instance that runs a task."""

    __slots__ = (
        "_input",
        "_values",
        "began",
        "cards",
        "ctx",
        "ended",
        "frames",
        "gang",
        "host",
        "index",
        "join",
        "loaded",
        "merged",
        "spec",
        "step",
        "whole_cards",
    )

    def __init__(self, host: FlowHost, ctx: Any, spec: dict[str, Any]) -> None:
        super().__init__(host.flow)
        self.host = host
        self.ctx = ctx
        self.spec = spec
        self.began = self.ended = 0  # nanoseconds of `CLOCK_MONOTONIC`, of the step's own code
        self.step: str = spec["step"]
        self.frames: list[dict[str, Any]] = spec["frames"]
        self.index = self.frames[-1]["index"] if self.frames else None
        self.join: bool = spec["join"]
        self.gang = place_in_gang(spec)
        self.cards: Any = None  # makes `whole_cards`, if the step has cards
        self.whole_cards: Any = None  # once somebody has something to say to them
        self.loaded: dict[str, Any] = {}  # as they came, to see later what was assigned anew
        self.merged: dict[str, int] = {}  # name → the input it comes from
        self._values: dict[str, Any] = {}  # shared by all tasks of the run, so never saved by one
        self._input: Any = _MISSING

    def parameter(self, parameter: Parameter) -> Any:
        """The value of a parameter in this run."""
        name = parameter.attribute
        if name not in self._values:
            self._values[name] = parameter.read(self._shared(name))
        return self._values[name]

    def replace(self, name: str, value: Any) -> None:
        """Gives a parameter or class constant another value in this task."""
        self._values[name] = value

    @property
    def has_others(self) -> bool:
        """Before the step: whether parameters or class constants have other values than in the run."""
        return bool(self._values)

    def _shared(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = load(*self.ctx.load(0, name))
        return self._values[name]

    def fetch(self, name: str) -> Any:
        """The value of an artifact the instance does not hold yet. Raises `KeyError` if there is none."""
        if name in self.COMPUTED:
            return self._computed(name)
        if name in self.flow.shared:
            return self._shared(name)
        if name in INTERNAL:
            return self._internal(name)
        position = self.merged[name] if self.join else 0
        value = load(*self.ctx.load(position, name))
        self.loaded[name] = value
        return value

    def _computed(self, name: str) -> Any:
        if name == "name":
            return self.flow.name
        script = self.host.script
        return os.path.basename(script) if name == "script_name" else f"python {script}"

    def _internal(self, name: str) -> Any:
        if name == "_current_step":
            return self.step
        if name == "_foreach_stack":
            return self.stack_record()
        raise KeyError(name)

    def input(self, flow: FlowSpec) -> Any:
        """The item of the innermost foreach; after an inner join only if its list was merged."""
        if self._input is _MISSING:
            self._input = self._item(flow, len(self.frames) - 1) if self.frames else None
        return self._input

    def foreach_stack(self, flow: FlowSpec) -> list[tuple[int, int, Any]]:
        """Index, count and item of each frame, outermost first."""
        last = len(self.frames) - 1
        return [
            (frame["index"], _count(frame), self.input(flow) if depth == last else self._item(flow, depth))
            for depth, frame in enumerate(self.frames)
        ]

    def _item(self, flow: FlowSpec, depth: int) -> Any:
        frame = self.frames[depth]
        name = frame["var"]
        if name == PARALLEL_VARIABLE:
            return frame["index"]
        try:
            if self.join or name in self.flow.shared:
                items = getattr(flow, name)
            elif name in self.loaded:
                items = self.loaded[name]
            else:  # not through the instance: reading one item must not save the whole list again
                items = load(*self.ctx.load(0, name))
        except (AttributeError, KeyError):
            return None
        if items is None:
            return None
        try:
            return items[frame["index"]]
        except TypeError:  # a set, or another thing that can only be walked
            return next(islice(iter(items), frame["index"], None))

    def merge(self, flow: FlowSpec, inputs: Iterable[Any], exclude: list[str], include: list[str]) -> None:
        """See `FlowSpec.merge_artifacts`."""
        if not self.join:
            return super().merge(flow, inputs, exclude, include)
        if include and exclude:
            raise MetaflowException(
                "`exclude` and `include` of `merge_artifacts` are mutually exclusive", code="SL0201"
            )
        merge(self, flow, inputs, exclude, include)

    def stack_record(self) -> list[tuple[str, str, int | None, int]]:
        """The frames as they are stored: step, attribute, count, index."""
        return [(frame["step"], frame["var"], _count(frame), frame["index"]) for frame in self.frames]


def _count(frame: dict[str, Any]) -> int | None:
    """How many items; of a gang none, as in Metaflow: `current.parallel` says it."""
    return None if frame["var"] == PARALLEL_VARIABLE else frame["count"]


def instance(cls: type, state: FlowState) -> FlowSpec:
    """An instance of flow `cls` with the given state; no `__init__` runs."""
    flow: FlowSpec = object.__new__(cls)
    object.__setattr__(flow, "_spinloom", state)
    return flow
