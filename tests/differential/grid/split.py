"""FL-04, FL-09: two branches and their join."""

from combo import combo, visit
from metaflow import FlowSpec, step


class SplitFlow(FlowSpec):
    @combo
    @step
    def start(self):
        visit(self)
        self.next(self.a, self.b)

    @combo
    @step
    def a(self):
        visit(self)
        self.next(self.join)

    @combo
    @step
    def b(self):
        visit(self)
        self.next(self.join)

    @combo
    @step
    def join(self, inputs):
        self.trace = [inputs.a.trace, inputs.b.trace]
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    SplitFlow()
