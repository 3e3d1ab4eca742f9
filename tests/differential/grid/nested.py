"""FL-06: a foreach in a foreach."""

from combo import combo, visit
from metaflow import FlowSpec, step


class NestedFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.rows = ["p", "q"]
        visit(self)
        self.next(self.row, foreach="rows")

    @combo
    @step
    def row(self):
        self.cells = [f"{self.input}{n}" for n in range(2)]
        visit(self)
        self.next(self.cell, foreach="cells")

    @combo
    @step
    def cell(self):
        self.it = self.input
        visit(self)
        self.next(self.row_join)

    @combo
    @step
    def row_join(self, inputs):
        self.trace = [(one.it, one.trace) for one in inputs]
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
    NestedFlow()
