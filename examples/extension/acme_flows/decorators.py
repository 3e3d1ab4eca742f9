"""A step decorator and a flow decorator."""

from __future__ import annotations

from pathlib import Path

from spinloom.decorators.base import make_decorator
from spinloom.decorators.flow_base import FlowDecorator, make_flow_decorator
from spinloom.decorators.resources import Resources

RULES = Path(__file__).with_name("rules.txt")


class Big(Resources):
    """`@resources` of Acme's large machines, unless it is told otherwise."""

    defaults = {**Resources.defaults, "cpu": 8, "memory": 32000}


class Owned(FlowDecorator):
    """Says whose flow it is, and keeps the rules of the house with its code."""

    name = "owned"
    defaults = {"by": None}

    def checked(self, attributes):
        if not attributes["by"]:
            raise self.problem("needs somebody for `by`", ['write `@owned(by="ann")`'])
        return attributes

    def add_to_package(self):
        yield RULES, "rules.txt"


big = make_decorator(Big)
owned = make_flow_decorator(Owned)
