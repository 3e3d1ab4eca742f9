"""FL-05: the foreach artifact was never set."""

from metaflow import FlowSpec, step


class ForeachMissingFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ForeachMissingFlow()
