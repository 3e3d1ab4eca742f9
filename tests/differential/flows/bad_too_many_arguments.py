"""FL-18: a step with three arguments."""

from metaflow import FlowSpec, step


class TooManyArgumentsFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.a)

    @step
    def a(self, inputs, more):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    TooManyArgumentsFlow()
