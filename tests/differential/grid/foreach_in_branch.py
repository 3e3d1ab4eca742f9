"""FL-05 in FL-04: a foreach in one of two branches."""

from combo import combo, visit
from metaflow import FlowSpec, step


class ForeachInBranchFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.items = [1, 2]
        visit(self)
        self.next(self.many, self.one)

    @combo
    @step
    def many(self):
        visit(self)
        self.next(self.item, foreach="items")

    @combo
    @step
    def item(self):
        visit(self)
        self.next(self.gather)

    @combo
    @step
    def gather(self, inputs):
        self.trace = [one.trace for one in inputs]
        visit(self)
        self.next(self.join)

    @combo
    @step
    def one(self):
        visit(self)
        self.next(self.join)

    @combo
    @step
    def join(self, inputs):
        self.trace = [inputs.gather.trace, inputs.one.trace]
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    ForeachInBranchFlow()
