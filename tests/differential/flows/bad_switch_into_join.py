"""FL-13, FL-18: a switch in a foreach, one of whose cases is the join."""

from metaflow import FlowSpec, step


class BadSwitchIntoJoinFlow(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2]
        self.next(self.choose, foreach="items")

    @step
    def choose(self):
        self.which = "a"
        self.next({"a": self.a, "b": self.join}, condition="which")

    @step
    def a(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BadSwitchIntoJoinFlow()
