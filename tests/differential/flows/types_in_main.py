"""AR-07: values of classes defined in the flow file and in a module beside it."""

from collections import namedtuple
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
import helper_types

from metaflow import FlowSpec, step


Pair = namedtuple("Pair", "left right")


@dataclass
class Point:
    """A dataclass of `__main__`."""

    x: int
    y: float


class Colour(Enum):
    """An enum of `__main__`."""

    RED = 1
    BLUE = 2


class TypesFlow(FlowSpec):
    @step
    def start(self):
        self.point = Point(1, 2.5)
        self.named = Pair("l", "r")
        self.colour = Colour.RED
        self.helped = helper_types.Box([1])
        self.error = helper_types.HelperError("told")
        self.when = datetime(2020, 2, 29, 12, 30)
        self.path = PurePosixPath("a/b")
        self.exact = Decimal("1.10")
        self.next(self.end)

    @step
    def end(self):
        self.point.x += 1
        self.helped.items.append(2)
        self.checks = (self.named.left, self.colour is Colour.RED, str(self.error), self.when.year, self.exact * 2)
        self.kinds = [type(value).__name__ for value in (self.point, self.named, self.colour, self.helped)]
        self.texts = [repr(value) for value in (self.point, self.named, self.colour, self.helped)]
        self.point = self.named = self.colour = None


if __name__ == "__main__":
    TypesFlow()
