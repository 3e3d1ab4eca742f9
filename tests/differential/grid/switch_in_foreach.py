"""FL-13 in FL-05: items take different cases, and meet before the join."""

from combo import combo, visit
from metaflow import FlowSpec, step


class SwitchInForeachFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.items = ["odd", "even"]
        visit(self)
        self.next(self.item, foreach="items")

    @combo
    @step
    def item(self):
        self.kind = self.input
        visit(self)
        self.next({"odd": self.odd, "even": self.even}, condition="kind")

    @combo
    @step
    def odd(self):
        visit(self, spared=1)
        self.next(self.meet)

    @combo
    @step
    def even(self):
        visit(self)
        self.next(self.meet)

    @combo
    @step
    def meet(self):
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
    SwitchInForeachFlow()
