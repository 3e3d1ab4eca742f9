"""A flow to inherit from: half of the steps, a parameter and a constant."""

from metaflow import FlowSpec, Parameter, step


class Greets:
    """A mixin without steps."""

    greeting = "hello"

    def greet(self):
        """Uses the flow's own artifacts."""
        return f"{self.greeting}, {self.who}"


class BaseFlow(FlowSpec):
    """Has a start and an end; the middle is the child's."""

    who = Parameter("who", default="world")
    limit = 10

    @step
    def start(self):
        self.trail = ["base start"]
        self.next(self.middle)

    @step
    def middle(self):
        self.trail.append("base middle")
        self.next(self.end)

    @step
    def end(self):
        self.trail.append("base end")
