"""FL-04 in FL-05: branches in a foreach."""

from combo import combo, visit
from metaflow import FlowSpec, step


class BranchInForeachFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.items = [1, 2]
        visit(self)
        self.next(self.item, foreach="items")

    @combo
    @step
    def item(self):
        visit(self)
        self.next(self.a, self.b)

    @combo
    @step
    def a(self):
        visit(self)
        self.next(self.pair)

    @combo
    @step
    def b(self):
        visit(self)
        self.next(self.pair)

    @combo
    @step
    def pair(self, inputs):
        self.trace = [inputs.a.trace, inputs.b.trace]
        visit(self)
        self.next(self.join)

    @combo
    @step
    def join(self, inputs):
        self.trace = [one.trace for one in inputs]
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    BranchInForeachFlow()
