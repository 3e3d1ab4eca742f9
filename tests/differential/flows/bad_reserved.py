"""FL-18: a step with a reserved name."""

from metaflow import FlowSpec, step


class ReservedFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.input)

    @step
    def input(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ReservedFlow()
