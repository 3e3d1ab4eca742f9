"""FL-04: one step after another."""

from combo import combo, visit
from metaflow import FlowSpec, step


class LinearFlow(FlowSpec):
    @combo
    @step
    def start(self):
        visit(self)
        self.next(self.work)

    @combo
    @step
    def work(self):
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    LinearFlow()
