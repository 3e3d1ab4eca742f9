"""FL-13: one of two cases."""

from combo import combo, visit
from metaflow import FlowSpec, step


class SwitchFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.which = "y"
        visit(self)
        self.next({"x": self.x, "y": self.y}, condition="which")

    @step
    def x(self):
        visit(self)
        self.next(self.end)

    @combo
    @step
    def y(self):
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    SwitchFlow()
