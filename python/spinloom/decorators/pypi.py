"""`@pypi`, `@pypi_base`: which packages of a Python package index a step, or every step, finds installed."""

from __future__ import annotations

from .base import StepDecorator, make_decorator
from .flow_base import FlowDecorator, make_flow_decorator
from .packages import Packages


class Pypi(Packages, StepDecorator):
    """Runs the step in an environment with these `packages`: a dictionary of names and versions.

    A version is exact (`"1.2"`), compared (`">=1,<2"`) or any (`""`). `python` is the version of Python, by default the
    one that runs the flow. `disabled=True` has the step do without, whatever the flow's `@pypi_base` says. Honoured
    with `--environment=pypi`.
    """

    name = "pypi"


class PypiBase(Packages, FlowDecorator):
    """What `@pypi` says, for every step: a step's own `@pypi` adds to it, and wins."""

    name = "pypi_base"


pypi = make_decorator(Pypi)
pypi_base = make_flow_decorator(PypiBase)
