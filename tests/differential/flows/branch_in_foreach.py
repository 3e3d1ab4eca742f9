"""FL-04, FL-05, FL-07: each item of a foreach splits in two; the stack is that of the foreach."""

from metaflow import FlowSpec, step


class BranchInForeachFlow(FlowSpec):
    @step
    def start(self):
        self.items = ["x", "y"]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.next(self.left, self.right)

    @step
    def left(self):
        self.value = self.input + "L"
        self.stack = self.foreach_stack()
        self.next(self.pair)

    @step
    def right(self):
        self.value = self.input + "R"
        self.next(self.pair)

    @step
    def pair(self, inputs):
        self.values = inputs.left.value + inputs.right.value
        self.at = (self.index, self.input)
        self.stack = self.foreach_stack()
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.values = [one.values for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BranchInForeachFlow()
