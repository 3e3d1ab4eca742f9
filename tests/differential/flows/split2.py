"""FL-04, FL-09: two branches; inputs by name, by index and by iteration."""

from metaflow import FlowSpec, step


class SplitFlow(FlowSpec):
    @step
    def start(self):
        self.base = 10
        self.next(self.a, self.b)

    @step
    def a(self):
        self.x = self.base + 1
        self.next(self.join)

    @step
    def b(self):
        self.x = self.base + 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.by_name = (inputs.a.x, inputs.b.x)
        self.by_index = sorted(inputs[i].x for i in range(2))
        self.total = sum(one.x for one in inputs)
        self.count = len(list(inputs))
        self.no_such = hasattr(inputs, "c")
        self.next(self.end)

    @step
    def end(self):
        print("total", self.total)


if __name__ == "__main__":
    SplitFlow()
