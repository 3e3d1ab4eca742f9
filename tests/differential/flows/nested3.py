"""FL-06: three levels deep, uneven."""

from metaflow import FlowSpec, step


class DeepFlow(FlowSpec):
    @step
    def start(self):
        self.xs = [1, 2]
        self.next(self.one, foreach="xs")

    @step
    def one(self):
        self.ys = list(range(self.input))
        self.next(self.two, foreach="ys")

    @step
    def two(self):
        self.zs = "ab"[: self.input + 1]
        self.next(self.three, foreach="zs")

    @step
    def three(self):
        self.path = [frame[2] for frame in self.foreach_stack()]
        self.next(self.join_three)

    @step
    def join_three(self, inputs):
        self.paths = [one.path for one in inputs]
        self.next(self.join_two)

    @step
    def join_two(self, inputs):
        self.paths = [path for one in inputs for path in one.paths]
        self.next(self.join_one)

    @step
    def join_one(self, inputs):
        self.paths = [path for one in inputs for path in one.paths]
        self.next(self.end)

    @step
    def end(self):
        self.count = len(self.paths)


if __name__ == "__main__":
    DeepFlow()
