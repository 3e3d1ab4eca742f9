"""Which step comes before which, read from the flow graph document that was stored with the run."""

from __future__ import annotations

from typing import Any


class Lineage:
    """The neighbours of the steps of one run, and the foreach frames round each."""

    def __init__(self, graph: dict[str, Any] | None) -> None:
        steps = (graph or {}).get("steps", [])
        self._steps = {step["name"]: step for step in steps}
        self._after = {name: _targets(step) for name, step in self._steps.items()}

    @property
    def start(self) -> str:
        """Name of the first step."""
        if len(self._steps) == 1:
            return next(iter(self._steps))
        return next((name for name, step in self._steps.items() if step.get("start")), "start")

    def after(self, step: str) -> list[str]:
        """Steps that ``step`` leads to, in the order written."""
        return self._after.get(step, [])

    def before(self, step: str) -> list[str]:
        """Steps that lead to ``step``, in definition order; a step that leads to itself is not its own neighbour."""
        return [name for name, targets in self._after.items() if step in targets and name != step]

    def frames(self, step: str) -> list[tuple[str, str]]:
        """The foreach frames round ``step``, outermost first: the step each begins with, and its variable."""
        found: dict[str, tuple[tuple[str, str] | None, ...]] = {self.start: ()}
        queue = [self.start]
        for name in queue:
            for target, stack in self._onward(name, found[name]):
                if target not in found:
                    found[target] = stack
                    queue.append(target)
        return [frame for frame in found.get(step, ()) if frame is not None]

    def _onward(self, name: str, stack: tuple[Any, ...]) -> list[tuple[str, tuple[Any, ...]]]:
        """Where ``name`` leads, with the splits round each target: a frame for a foreach, None for a static split."""
        tail = self._steps.get(name, {}).get("tail", {})
        targets = self.after(name)
        onward = []
        for target in targets:
            inner = stack
            if tail.get("foreach") or tail.get("num_parallel"):
                inner = (*stack, (target, tail.get("foreach") or ""))
            elif len(targets) > 1 and not tail.get("condition"):
                inner = (*stack, None)
            is_join = self._steps.get(target, {}).get("args", 1) > 1
            onward.append((target, inner[:-1] if is_join else inner))
        return onward


def _targets(step: dict[str, Any]) -> list[str]:
    tail = step.get("tail", {})
    names = [*tail.get("targets", []), *(case[1] for case in tail.get("cases", []))]
    return list(dict.fromkeys(names))
