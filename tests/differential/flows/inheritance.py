"""FL-01, FL-03: steps, parameters and constants come from base classes and mixins in another module."""

from base_flow import BaseFlow, Greets
from metaflow import Parameter, step


class ChildFlow(Greets, BaseFlow):
    """Overrides a step and a constant, adds a parameter."""

    times = Parameter("times", default=2)
    limit = 20

    @step
    def middle(self):
        self.trail.append("child middle")
        self.words = [self.greet()] * self.times
        self.next(self.extra)

    @step
    def extra(self):
        self.trail.append("extra")
        self.next(self.end)


if __name__ == "__main__":
    ChildFlow()
