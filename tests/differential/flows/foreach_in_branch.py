"""FL-04, FL-05: one branch of a split fans out, the other does not."""

from metaflow import FlowSpec, step


class ForeachInBranchFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.wide, self.narrow)

    @step
    def wide(self):
        self.items = [1, 2, 3]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.squared = self.input**2
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.value = sum(one.squared for one in inputs)
        self.next(self.both)

    @step
    def narrow(self):
        self.value = 100
        self.next(self.both)

    @step
    def both(self, inputs):
        self.value = inputs.gather.value + inputs.narrow.value
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ForeachInBranchFlow()
