"""What a flow's instance knows beside its artifacts."""

from __future__ import annotations

from operator import index

from .exceptions import InvalidNextException, MissingJoinInMergeArtifactsException
from .locations import caller
from .steps import is_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .classes import FlowClass
    from .flow import FlowSpec
    from .parameters import Parameter


class Transition:
    """What a step said in `self.next(…)`."""

    __slots__ = ("decided", "file", "foreach", "labels", "line", "num_parallel", "steps")

    def __init__(
        self, steps: list[str], foreach: str | None, file: str, line: int, num_parallel: int | None = None
    ) -> None:
        self.steps = steps
        self.foreach = foreach
        self.num_parallel = num_parallel
        self.file = file
        self.line = line
        self.labels: list[str] | None = None  # what people call the items of the foreach
        self.decided = False  # by a decorator, which may fan out over something else than the step says


class FlowState:
    """The state of an instance that runs no task; a task's adds what it was given."""

    __slots__ = ("flow", "transition")

    # Names that are worked out when asked for, and are no artifacts.
    COMPUTED = frozenset(["name", "script_name", "cmd"])
    step = ""
    index: int | None = None

    def __init__(self, flow: FlowClass) -> None:
        self.flow = flow
        self.transition: Transition | None = None

    def parameter(self, parameter: Parameter) -> Any:
        """The value of a parameter; without a run, its default."""
        return parameter.default

    def fetch(self, name: str) -> Any:
        """The value of an attribute the instance does not hold. Raises `KeyError` if there is none."""
        if name == "name":
            return self.flow.name
        if name == "script_name":
            import os
            import sys

            module = sys.modules.get(self.flow.cls.__module__)
            return os.path.basename(getattr(module, "__file__", None) or "")
        raise KeyError(name)

    def input(self, flow: FlowSpec) -> Any:
        """See `FlowSpec.input`."""
        return None

    def foreach_stack(self, flow: FlowSpec) -> list[tuple[int, int, Any]]:
        """See `FlowSpec.foreach_stack`."""
        return []

    def merge(self, flow: FlowSpec, inputs: Iterable[Any], exclude: list[str], include: list[str]) -> None:
        """See `FlowSpec.merge_artifacts`."""
        raise MissingJoinInMergeArtifactsException(
            f"`merge_artifacts` can only be called in a join, and step `{self.step or self.flow.name}` is not one"
        )

    def next(
        self,
        flow: FlowSpec,
        targets: tuple[Any, ...],
        foreach: str | None,
        num_parallel: object,
        condition: str | None,
        unknown: dict[str, object],
    ) -> None:
        """See `FlowSpec.next`."""
        file, line = caller()

        def wrong(what: str) -> InvalidNextException:
            where = f"step `{self.step}`" if self.step else "the flow"
            return InvalidNextException(f"{where} {what}", line, file)

        if self.transition is not None:
            raise wrong(f"calls `self.next` a second time; the first is on line {self.transition.line}")
        if unknown:
            raise wrong(f"gives `self.next` an unknown argument `{next(iter(unknown))}`")
        if num_parallel is not None and (foreach is not None or condition is not None or len(targets) != 1):
            raise wrong(
                "needs one step, and nothing else, beside `num_parallel`: `self.next(self.step, num_parallel=n)`"
            )
        width = None if num_parallel is None else _width(num_parallel, wrong)
        if condition is not None:
            if foreach is not None or len(targets) != 1 or not isinstance(targets[0], dict):
                raise wrong("needs `self.next({value: self.step, …}, condition='name')` for a switch")
            targets = (self._case(flow, targets[0], condition, wrong),)
        if not targets:
            raise wrong("calls `self.next` without a step")
        if foreach is not None and (len(targets) != 1 or not isinstance(foreach, str)):
            raise wrong(
                "needs one step and the name of an attribute for a foreach: `self.next(self.step, foreach='name')`"
            )
        steps = [self._target(target, wrong) for target in targets]
        self.transition = Transition(steps, foreach, file, line, width)

    def _target(self, target: Any, wrong: Any) -> str:
        name = getattr(target, "__name__", None)
        if not is_step(target) or name not in self.flow.steps:
            raise wrong(f"passes `{name or repr(target)}` to `self.next`, which is not a step of `{self.flow.name}`")
        return str(name)

    def _case(self, flow: FlowSpec, cases: dict[Any, Any], condition: str, wrong: Any) -> Any:
        try:
            value = getattr(flow, condition)
        except AttributeError:
            raise wrong(f"switches on `self.{condition}`, which does not exist") from None
        for key, target in cases.items():
            if key == value and isinstance(key, bool) == isinstance(value, bool):
                return target
        known = ", ".join(repr(key) for key in cases)
        raise wrong(f"switches on `self.{condition}`, whose value {value!r} is none of its cases: {known}")


def _width(value: object, wrong: Any) -> int:
    try:
        width = index(value)  # type: ignore[arg-type]  # NumPy's whole numbers count, too
    except TypeError:
        raise wrong(f"needs a whole number for `num_parallel`, not a value of type `{type(value).__name__}`") from None
    if width < 1:
        raise wrong(f"needs `num_parallel` of at least 1, not {width}")
    return width
