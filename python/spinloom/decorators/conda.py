"""`@conda`, `@conda_base`: which packages of conda's channels a step, or every step, finds installed."""

from __future__ import annotations

from .base import StepDecorator, make_decorator
from .flow_base import FlowDecorator, make_flow_decorator
from .packages import Packages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Conda(Packages, StepDecorator):
    """Runs the step in an environment with these `packages`: a dictionary of names and versions.

    A version is exact (`"1.2"`), compared (`">=1,<2"`) or any (`""`). `python` is the version of Python, by default the
    one that runs the flow. `disabled=True` has the step do without, whatever the flow's `@conda_base` says. `libraries` is an older name of `packages`. Honoured
    with `--environment=conda`.
    """

    name = "conda"
    defaults: dict[str, Any] = {"packages": {}, "libraries": {}, "python": None, "disabled": None}


class CondaBase(Packages, FlowDecorator):
    """What `@conda` says, for every step: a step's own `@conda` adds to it, and wins."""

    name = "conda_base"
    defaults: dict[str, Any] = {"packages": {}, "libraries": {}, "python": None, "disabled": None}


conda = make_decorator(Conda)
conda_base = make_flow_decorator(CondaBase)
