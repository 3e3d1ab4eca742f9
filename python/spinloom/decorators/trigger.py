"""`@trigger` and `@trigger_on_finish`: what starts a deployed flow. Local runs pay no attention to them."""

from __future__ import annotations

from .flow_base import FlowDecorator, make_flow_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self


class _Triggering(FlowDecorator):
    """What both have in common: names that may be functions, called when the flow is deployed.

    What they say is checked with the flow.
    """

    def described(self) -> dict[str, Any]:
        """See `Record.described`: functions by their names."""
        return {key: _described(value) for key, value in self.attributes.items()}

    def deployed(self, fields: dict[str, Any]) -> Self:
        """The same with every function called, for a flow that is deployed as `fields` say."""
        from ..parameters import ParameterContext

        context = ParameterContext("", fields)
        attributes = {key: _called(value, context) for key, value in self.attributes.items()}
        return type(self)(attributes, self.file, self.line, self.static)


class Trigger(_Triggering):
    """Runs the deployed flow when an `event`, or one of `events`, arrives.

    An event is a name, or a dictionary of its `name` and of `parameters`: which parameter of the flow gets which field of
    the event's payload, as a dictionary, or as a list of names, and of pairs where the two names differ. A function in
    place of any of these is called when the flow is deployed. `options` are for orchestrators.
    """

    name = "trigger"
    defaults: dict[str, Any] = {"event": None, "events": [], "options": {}}


class TriggerOnFinish(_Triggering):
    """Runs the deployed flow when a run of `flow`, or of one of `flows`, has gone well.

    A flow is the name of its class, `project.branch.Flow`, or a dictionary of `name`, `project` and `project_branch`; of a
    flow with `@project`, those of the same project and branch are meant. A function in place of any of these is called
    when the flow is deployed. `options` are for orchestrators. `run --trigger Flow/run` tries it out here.
    """

    name = "trigger_on_finish"
    defaults: dict[str, Any] = {"flow": None, "flows": [], "options": {}}


def _described(value: Any) -> Any:
    if callable(value):
        function = getattr(value, "func", value)  # of a partial
        name = getattr(function, "__qualname__", type(function).__name__)
        return {"$function": f"{getattr(function, '__module__', '__main__')}:{name}"}
    if isinstance(value, dict):
        return {key: _described(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_described(one) for one in value]
    return value


def _called(value: Any, context: Any) -> Any:
    if callable(value):
        return _called(value(context), context)
    if isinstance(value, dict):
        return {_called(key, context): _called(one, context) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_called(one, context) for one in value]
    return value


trigger = make_flow_decorator(Trigger)
trigger_on_finish = make_flow_decorator(TriggerOnFinish)
