"""What a flow's class consists of, found out once for each class."""

from __future__ import annotations

from types import FunctionType, ModuleType

from .decorators.flow_base import FlowDecorator, flow_decorators
from .delayed import Delayed
from .parameters import Parameter
from .steps import is_step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .configs import Config


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
        self.locked = frozenset(self.constants)
        # What every task of a run has, kept once for the run: never carried on from one task to the next.
        self.shared = frozenset(
            [*self.parameters, *self.configs, *self.constants, *self.private, "name", "_graph_info"]
        )


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
