"""AR-01, FL-09: reading what was never set names it."""

from metaflow import FlowSpec, Parameter, step


class MissingAttributeFlow(FlowSpec):
    where = Parameter("where", default="self")

    @step
    def start(self):
        self.next(self.a, self.b)

    @step
    def a(self):
        self.x = 1
        self.next(self.join)

    @step
    def b(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.has = [hasattr(inputs.a, "x"), hasattr(inputs.b, "x"), hasattr(self, "x")]
        self.value = {"self": lambda: self.x, "input": lambda: inputs.b.x, "step": lambda: inputs.c.x,
                      "index": lambda: inputs[9].x}[self.where]()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    MissingAttributeFlow()
