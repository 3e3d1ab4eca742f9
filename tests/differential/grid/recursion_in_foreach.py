"""FL-14 in FL-05: items repeat a step a different number of times."""

from combo import combo, visit
from metaflow import FlowSpec, step


class RecursionInForeachFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.items = [1, 2]
        visit(self)
        self.next(self.item, foreach="items")

    @combo
    @step
    def item(self):
        self.n = 0
        self.wanted = self.input
        visit(self)
        self.next(self.loop)

    @combo
    @step
    def loop(self):
        self.n += 1
        self.more = self.n < self.wanted
        visit(self)
        self.next({True: self.loop, False: self.done}, condition="more")

    @combo
    @step
    def done(self):
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
    RecursionInForeachFlow()
