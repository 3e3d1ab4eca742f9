"""What cards know of the running task, without asking anybody for it."""

from __future__ import annotations

import json
import linecache
from functools import cached_property
from textwrap import dedent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..flow import FlowSpec
    from ..worker.task import TaskState


class Known:
    """What all tasks of a step show alike, worked out once, before they are forked."""

    def __init__(self, host: Any, step: str) -> None:
        self.graph = graph_of(host.document())
        self.code = _source(host, step)
        self.parameters = [(one.name, one.attribute) for one in host.flow.parameters.values()]


class Facts:
    """The task, its flow and what it made."""

    def __init__(self, task: TaskState, flow: FlowSpec, known: Known) -> None:
        self.known = known
        self.state = task
        self.flow = flow
        self.ctx = task.ctx
        self.warnings: list[str] = []
        self.began, self.process = self.ctx.began
        spec = task.spec
        self.step: str = spec["step"]
        self.attempt: int = spec["attempt"]
        self.pathspec = f"{spec['flow']}/{spec['run']}/{spec['step']}/{spec['task']}"

    @property
    def has_parameters(self) -> bool:
        """Whether the flow has any."""
        return bool(self.state.flow.parameters)

    def about(self) -> dict[str, Any]:
        """When it ran, for whom, where in a foreach."""
        told: dict[str, Any] = json.loads(self.ctx.card_facts()[0])
        return told

    def parameters(self) -> dict[str, Any]:
        """Their values in this run."""
        from .components.artifact import described

        shown = []
        for parameter in self.state.flow.parameters.values():
            try:
                shown.append(described(parameter.name, self.state.parameter(parameter)))
            except Exception:  # a value that cannot be read is no reason for a card to fail
                shown.append({"name": parameter.name, "type": "", "data": "cannot be read"})
        return {"type": "artifacts", "data": shown, "id": "parameters"}

    def artifacts(self) -> dict[str, Any]:
        """What the task made, as it was shown when it was saved; what it carries on is only named."""
        told: dict[str, Any] = json.loads(self.ctx.card_facts()[1])
        if not told["data"] and not told["carried"]:  # nothing is saved yet
            told["carried"] = self._carried()
        return told

    def _carried(self) -> list[str]:
        state = self.state
        if state.join:
            names = set(state.merged)
        elif state.spec["inputs"]:
            names = {name for name, _ in self.ctx.input_artifacts(0)} - state.flow.shared
        else:
            names = set()
        return sorted(name for name in names if not name.startswith("_"))

    def graph(self) -> dict[str, Any]:
        """The steps, and where each goes."""
        return self.known.graph

    def graph_info(self) -> Any:
        """The graph as the flow's artifact has it."""
        try:
            return self.state.fetch("_graph_info")
        except Exception:
            return None

    def code(self) -> dict[str, Any]:
        """The source of the step."""
        return {"type": "pythonCode", "data": self.known.code, "id": "code"}

    @cached_property
    def _task(self) -> Any:
        from .view import view_of

        return view_of(self)

    def task(self, final: bool) -> Any:
        """The task as the Client shows it. What it saves is not to be found anywhere yet, so its artifacts are the instance's."""
        self._task._over = final
        return self._task


def _source(host: Any, step: str) -> str:
    """The source of a step, decorators included; nothing if it has none, as in a session."""
    from ..source import find_method

    try:
        file, node = find_method(host.cls, step, host.flow.steps[step])
    except (OSError, TypeError, KeyError):
        return ""
    if node is None:
        return ""
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return dedent("".join(linecache.getlines(file)[first - 1 : node.end_lineno]))


def graph_of(document: dict[str, Any]) -> dict[str, Any]:
    """The steps of a flow graph's document, for the drawing of it."""
    steps = {step["name"]: _step(step) for step in document["steps"]}
    into = [target for step in steps.values() for target in step["next"]]
    start = next((name for name in steps if name not in into), next(iter(steps), None))
    end = next((name for name, step in steps.items() if not step["next"]), None)
    return {"steps": steps, "start_step": start, "end_step": end}


def _step(step: dict[str, Any]) -> dict[str, Any]:
    tail = step["tail"]
    targets = tail.get("targets", [])
    kind = "end" if not targets else "linear"
    if tail.get("foreach"):
        kind = "foreach"
    elif tail.get("num_parallel"):
        kind = "parallel"
    elif tail.get("condition"):
        kind = "switch"
    elif len(targets) > 1:
        kind = "split"
    return {"type": kind, "join": step["args"] > 1, "next": targets, "doc": step["doc"].split("\n\n")[0]}
