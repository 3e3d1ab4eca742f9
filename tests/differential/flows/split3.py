"""FL-04, FL-10: three branches of unequal length; the join names its parents' last steps."""

from metaflow import FlowSpec, step


class UnequalFlow(FlowSpec):
    @step
    def start(self):
        self.trail = "s"
        self.next(self.a, self.b, self.c)

    @step
    def a(self):
        self.trail += "a"
        self.next(self.a2)

    @step
    def a2(self):
        self.trail += "A"
        self.next(self.a3)

    @step
    def a3(self):
        self.trail += "@"
        self.next(self.join)

    @step
    def b(self):
        self.trail += "b"
        self.next(self.join)

    @step
    def c(self):
        self.trail += "c"
        self.next(self.c2)

    @step
    def c2(self):
        self.trail += "C"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.order = "".join(one.trail[-1] for one in inputs)
        self.trails = [inputs.a3.trail, inputs.b.trail, inputs.c2.trail]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    UnequalFlow()
