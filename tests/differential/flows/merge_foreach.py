"""FL-12: merging after a foreach; and outside a join, where it is an error."""

from metaflow import FlowSpec, Parameter, step


class MergeForeachFlow(FlowSpec):
    outside = Parameter("outside", default=False)

    @step
    def start(self):
        self.items = [1, 2]
        self.shared = object
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.mine = self.input
        self.alike = "alike"
        self.next(self.join)

    @step
    def join(self, inputs):
        self.mine = [one.mine for one in inputs]
        self.merge_artifacts(inputs)
        self.next(self.end)

    @step
    def end(self):
        if self.outside:
            self.merge_artifacts([self])


if __name__ == "__main__":
    MergeForeachFlow()
