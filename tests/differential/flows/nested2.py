"""FL-06, FL-07: a foreach in a foreach; index and input in the inner join."""

from metaflow import FlowSpec, step


class NestedFlow(FlowSpec):
    @step
    def start(self):
        self.outer_items = ["p", "q"]
        self.next(self.outer, foreach="outer_items")

    @step
    def outer(self):
        self.letter = self.input
        self.inner_items = range(self.index + 1, self.index + 3)
        self.next(self.inner, foreach="inner_items")

    @step
    def inner(self):
        self.value = f"{self.letter}{self.input}"
        self.stack = self.foreach_stack()
        self.next(self.inner_next)

    @step
    def inner_next(self):
        self.still = (self.index, self.input)
        self.next(self.inner_join)

    @step
    def inner_join(self, inputs):
        self.unmerged = (self.index, self.input)
        self.values = [one.value for one in inputs]
        self.merge_artifacts(inputs, include=["outer_items"])
        self.merged = (self.index, self.input)
        self.stack = self.foreach_stack()
        self.next(self.after)

    @step
    def after(self):
        self.at = (self.index, self.input)
        self.next(self.outer_join)

    @step
    def outer_join(self, inputs):
        self.values = [one.values for one in inputs]
        self.stack = self.foreach_stack()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    NestedFlow()
