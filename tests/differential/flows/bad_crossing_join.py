"""FL-18: a join that crosses split levels."""

from metaflow import FlowSpec, step


class CrossingFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.a, self.b)

    @step
    def a(self):
        self.next(self.c, self.d)

    @step
    def b(self):
        self.next(self.join)

    @step
    def c(self):
        self.next(self.join)

    @step
    def d(self):
        self.next(self.other)

    @step
    def join(self, inputs):
        self.next(self.other)

    @step
    def other(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    CrossingFlow()
