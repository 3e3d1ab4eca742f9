"""What a flow's class consists of, found out once for each class."""

from __future__ import annotations

from types import FunctionType, ModuleType

from .decorators.flow_base import FlowDecorator, flow_decorators, flow_mutators
from .delayed import Delayed
from .parameters import Parameter
from .steps import is_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .configs import Config
    from .decorators.custom import Custom


class FlowClass:
    """The steps, parameters, configs and constants of a flow's class, bases first, in definition order."""

    def __init__(self, cls: type) -> None:
        self.cls = cls
        self.name = cls.__name__
        self.steps: dict[str, FunctionType] = {}
        self.parameters: dict[str, Parameter] = {}
        self.configs: dict[str, Config] = {}
        self.constants: list[str] = []
        self.private: list[str] = []
        for name, value in _members(cls).items():
            if isinstance(value, Delayed) and type(value).__config__:
                self.configs[name] = value  # type: ignore[assignment]
            elif is_step(value):
                self.steps[name] = value
            elif isinstance(value, Parameter):
                self.parameters[name] = value
            elif hasattr(type(value), "__get__") or isinstance(value, (type, ModuleType)):
                continue  # functions, properties and other descriptors, classes and modules are code, not data
            elif name.startswith("_"):
                self.private.append(name)
            else:
                self.constants.append(name)
        self.decorators: list[FlowDecorator] = flow_decorators(cls)
        self.mutators: list[Custom] = flow_mutators(cls)
        self.locked = frozenset(self.constants)
        self.shared = self._shared()
        self._declared: dict[str, Any] | None = None  # as the class was written, once a mutator has changed it

    def _shared(self) -> frozenset[str]:
        """What every task of a run has, kept once for the run: never carried on from one task to the next."""
        names = [*self.parameters, *self.configs, *self.constants, *self.private]
        return frozenset([*names, "name", "_graph_info"])

    def _change(self, attribute: str) -> None:
        self._remember()
        assert self._declared is not None
        self._declared["attributes"].setdefault(attribute, vars(self.cls).get(attribute, _ABSENT))

    def _remember(self) -> None:
        if self._declared is None:
            self._declared = {
                "attributes": {},
                "parameters": dict(self.parameters),
                "decorators": list(self.decorators),
                "mutators": list(self.mutators),
            }

    def add_parameter(self, attribute: str, parameter: Parameter) -> None:
        """Gives the class a parameter, as if it were written there."""
        self._change(attribute)
        parameter.attribute = attribute
        setattr(self.cls, attribute, parameter)
        self.parameters[attribute] = parameter
        self.shared = self._shared()

    def remove_parameter(self, attribute: str) -> None:
        """Takes a parameter away, that of a base class too."""
        self._change(attribute)
        if attribute in vars(self.cls):
            delattr(self.cls, attribute)
        if hasattr(self.cls, attribute):
            setattr(self.cls, attribute, _Removed())
        del self.parameters[attribute]
        self.shared = self._shared()

    def replace_decorators(self, decorators: list[FlowDecorator], mutators: list[Custom]) -> None:
        """Gives the flow other decorators and mutators."""
        self._remember()
        self.decorators, self.mutators = decorators, mutators

    def restore(self) -> None:
        """Undoes what mutators have changed: another host of the class calls them anew."""
        if self._declared is None:
            return
        for attribute, value in self._declared["attributes"].items():
            if value is not _ABSENT:
                setattr(self.cls, attribute, value)
            elif attribute in vars(self.cls):
                delattr(self.cls, attribute)
        self.parameters = self._declared["parameters"]
        self.decorators = self._declared["decorators"]
        self.mutators = self._declared["mutators"]
        self.shared = self._shared()
        self._declared = None


_ABSENT = object()


class _Removed:
    """Stands in the class for a parameter of its base that it does not have; an artifact may have the name."""

    def __get__(self, flow: object, owner: type | None = None) -> Any:
        raise AttributeError("it was removed")


def _members(cls: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if base is object or base.__module__ == "spinloom.flow":
            continue
        for name, value in vars(base).items():
            if not (name.startswith("__") and name.endswith("__")) and name != "_abc_impl":
                found[name] = value
    return found


_CLASSES: dict[type, FlowClass] = {}


def flow_class(cls: type) -> FlowClass:
    """The analysis of `cls`."""
    found = _CLASSES.get(cls)
    if found is None:
        found = _CLASSES[cls] = FlowClass(cls)
    return found
