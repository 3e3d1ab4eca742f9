"""`StepMutator` and `FlowMutator`: what users' mutators are made from."""

from __future__ import annotations

from ..decorators.custom import OnStep, Owned
from ..decorators.flow_base import apply_mutator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .mutable_flow import MutableFlow
    from .mutable_step import MutableStep


class StepMutator(OnStep):
    """Changes, before the run, which decorators the step has that it is put on."""

    mutates = True

    def pre_mutate(self, mutable_step: MutableStep) -> None:
        """Is called first, before `--with` is heard."""

    def mutate(self, mutable_step: MutableStep) -> None:
        """Is called when all else is known of the step's decorators."""


class FlowMutator(Owned):
    """Changes, before the run, parameters, flow decorators, and decorators of steps, of the flow it is put on.

    Put on a base class, it is called for each flow made from that.
    """

    mutates = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Puts the mutator on a flow if that is all it is given; else keeps what it is given for the flow to come."""
        if len(args) == 1 and not kwargs and isinstance(args[0], type):
            return apply_mutator(cls._given(), args[0])
        return cls._kept(args, kwargs)

    def __call__(self, flow: Any) -> Any:
        """Puts the mutator on a flow."""
        return apply_mutator(self._record, flow)

    def pre_mutate(self, mutable_flow: MutableFlow) -> None:
        """Is called first: here parameters and flow decorators can be added and removed."""

    def mutate(self, mutable_flow: MutableFlow) -> None:
        """Is called when parameters and `--with` are known: decorators of steps can be added and removed."""
