"""FL-13 in FL-04: a switch in one of two branches."""

from combo import combo, visit
from metaflow import FlowSpec, step


class SwitchInBranchFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.which = 2
        visit(self)
        self.next(self.left, self.right)

    @combo
    @step
    def left(self):
        visit(self)
        self.next({1: self.one, 2: self.two}, condition="which")

    @step
    def one(self):
        visit(self)
        self.next(self.meet)

    @combo
    @step
    def two(self):
        visit(self)
        self.next(self.meet)

    @combo
    @step
    def meet(self):
        visit(self)
        self.next(self.join)

    @combo
    @step
    def right(self):
        visit(self)
        self.next(self.join)

    @combo
    @step
    def join(self, inputs):
        self.trace = [inputs.meet.trace, inputs.right.trace]
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    SwitchInBranchFlow()
