"""A step that prints `n` lines: what a line of output costs."""

from metaflow import FlowSpec, Parameter, step


class ManyLines(FlowSpec):
    n = Parameter("n", default=1_000_000)

    @step
    def start(self):
        for i in range(self.n):
            print("line", i)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ManyLines()
