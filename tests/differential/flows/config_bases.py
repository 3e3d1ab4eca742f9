"""FL-01, PA-12: configs of base classes, across a diamond, are the flow's."""

import os

from metaflow import Config, FlowSpec, Parameter, environment, step


class Root(FlowSpec):
    root = Config("root", default_value={"name": "root", "level": 1})


class Left(Root):
    left = Config("left", default_value={"name": "left"})
    size = Parameter("size", default=left.name)


class Right(Root):
    right = Config("right", default_value={"name": "right"})

    @environment(vars={"RIGHT": right.name})
    @step
    def start(self):
        self.seen = os.environ["RIGHT"]
        self.next(self.end)


class DiamondFlow(Left, Right):
    own = Config("own", default_value={"name": "own"})

    @environment(vars={"OWN": own.name})
    @step
    def end(self):
        self.names = [self.root.name, self.left.name, self.right.name, self.own.name, os.environ["OWN"]]


if __name__ == "__main__":
    DiamondFlow()
