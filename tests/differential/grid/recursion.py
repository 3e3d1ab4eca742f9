"""FL-14: a step that repeats itself."""

from combo import combo, visit
from metaflow import FlowSpec, step


class RecursionFlow(FlowSpec):
    @combo
    @step
    def start(self):
        self.n = 0
        visit(self)
        self.next(self.loop)

    @combo
    @step
    def loop(self):
        self.n += 1
        self.more = "again" if self.n < 3 else "out"
        visit(self)
        self.next({"again": self.loop, "out": self.end}, condition="more")

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    RecursionFlow()
