"""`MutableFlow`: a flow as a mutator sees it."""

from __future__ import annotations

from ..exceptions import InvalidDecorator, ParameterFieldFailed
from ..locations import caller, suggestion
from ..parameters import Parameter
from .decorated import Decorated
from .mutable_step import MutableStep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any


class MutableFlow(Decorated):
    """Steps, parameters, configs and decorators of a flow, before the run; each by its name, too: `flow.start`."""

    def _where(self) -> str:
        return f"flow `{self._host.flow.name}`"

    @property
    def steps(self) -> Iterator[tuple[str, MutableStep]]:
        """Name and decorators of each step, in the order of their definition."""
        for name in list(self._host.flow.steps):
            yield name, MutableStep(self._host, name, self._by, self._phase)

    @property
    def configs(self) -> Iterator[tuple[str, Any]]:
        """Name and value of each config."""
        for name in getattr(self._host.flow, "configs", {}):
            yield name, getattr(self._host.cls, name)

    @property
    def parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Attribute and declaration of each parameter; values come with the run."""
        yield from list(self._host.flow.parameters.items())

    def __getattr__(self, name: str) -> Any:
        flow = self._host.flow
        if name in flow.steps:
            return MutableStep(self._host, name, self._by, self._phase)
        if name in flow.parameters:
            return flow.parameters[name]
        configs = getattr(flow, "configs", {})
        if name in configs:
            return getattr(self._host.cls, name)
        known = [*flow.steps, *flow.parameters, *configs]
        hints = "".join(f"; {hint}" for hint in suggestion(name, known))
        what = f"{self._where()} has no step, parameter or config `{name}`{hints}"
        raise AttributeError(what, name=name, obj=self)

    def add_parameter(self, name: str, value: Parameter, overwrite: bool = False) -> None:
        """Gives the flow a parameter as its attribute `name`; in `pre_mutate` only."""
        self._early(f"adds the parameter `{name}`")
        flow = self._host.flow
        if not isinstance(value, Parameter):
            raise self._problem(f"adds `{value!r}` as the parameter `{name}`, which is not a `Parameter`")
        if name in flow.parameters and not overwrite:
            raise self._problem(
                f"adds the parameter `{name}`, which the flow has already",
                ["to replace it, say `overwrite=True`"],
            )
        if name in flow.steps or name in flow.constants or name in getattr(flow, "configs", {}):
            raise self._problem(f"adds the parameter `{name}`, but the flow has something else of that name")
        flow.add_parameter(name, value)

    def remove_parameter(self, parameter_name: str) -> bool:
        """Takes a parameter away, by its name on the command line; in `pre_mutate` only. Whether there was one."""
        self._early(f"removes the parameter `{parameter_name}`")
        parameters = self._host.flow.parameters
        found = [attribute for attribute, one in parameters.items() if one.name == parameter_name]
        for attribute in found:
            self._host.flow.remove_parameter(attribute)
        return bool(found)

    def _early(self, what: str) -> None:
        if self._phase == "mutate":
            raise self._wrong(f"{what} too late: the command line is read already", ["do it in `pre_mutate`"])

    def _problem(self, what: str, hints: list[str] | None = None) -> ParameterFieldFailed:
        file, line = caller()
        message = f"`@{self._by.shown}` of {self._where()} {what}"
        return ParameterFieldFailed(message, line, file, hints or [], "SL0101")

    def _records(self) -> list[Any]:
        return [*self._host.flow.decorators, *self._host.flow.mutators]

    def _replace(self, records: list[Any]) -> None:
        self._host.flow.replace_decorators(
            [one for one in records if not one.mutates], [one for one in records if one.mutates]
        )

    def add_decorator(
        self,
        deco_type: Any,
        deco_args: Sequence[Any] | None = None,
        deco_kwargs: Mapping[str, Any] | None = None,
        duplicates: int = Decorated.IGNORE,
    ) -> Any:
        """See `Decorated.add_decorator`; in `pre_mutate` only."""
        self._early("adds a decorator of the flow")
        return super().add_decorator(deco_type, deco_args, deco_kwargs, duplicates)

    def remove_decorator(
        self,
        deco_name: str,
        deco_args: Sequence[Any] | None = None,
        deco_kwargs: Mapping[str, Any] | None = None,
    ) -> bool:
        """See `Decorated.remove_decorator`; in `pre_mutate` only."""
        self._early("removes a decorator of the flow")
        return super().remove_decorator(deco_name, deco_args, deco_kwargs)

    def _find(self, name: str) -> type[Any]:
        return find(name)

    def _check(self, record: Any) -> None:
        from ..decorators.flow_base import FlowDecorator
        from .kinds import FlowMutator

        if not isinstance(record, FlowDecorator) and not (record.custom and issubclass(record.kind, FlowMutator)):
            raise self._wrong(f"adds `@{record.shown}`, which is a decorator of steps and not of flows")

    def _check_removal(self, gone: list[Any]) -> None:
        for record in gone:
            if record.mutates:
                raise self._wrong(f"removes the mutator `@{record.shown}`, which is at work already")

    def __repr__(self) -> str:
        return f"MutableFlow({self._host.flow.name!r})"


def find(name: str) -> type[Any]:
    """The flow decorator or mutator of a name, or of an import path. Raises `InvalidDecorator`."""
    from importlib import import_module

    from .. import decorators as ours
    from ..attach import imported
    from .kinds import FlowMutator

    if name in ours.FLOW_KNOWN:
        kind: type[Any] = getattr(import_module(ours.FLOW_KNOWN[name], ours.__name__), name).decorator_class
        return kind
    found = imported(name, FlowMutator)
    if found is None:
        known = sorted(ours.FLOW_KNOWN)
        raise InvalidDecorator(
            f"there is no flow decorator `{name}`; these can be added: {', '.join(known)}",
            hints=suggestion(name, known),
        )
    return found
