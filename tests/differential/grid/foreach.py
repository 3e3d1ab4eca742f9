"""FL-05, FL-09: a foreach and its join."""

from combo import combo, visit
from metaflow import FlowSpec, step


class ForeachFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.items = ["x", "y"]
        visit(self)
        self.next(self.item, foreach="items")

    @combo
    @step
    def item(self):
        self.it = self.input
        visit(self)
        self.next(self.join)

    @combo
    @step
    def join(self, inputs):
        self.trace = [(one.it, one.trace) for one in inputs]
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    ForeachFlow()
