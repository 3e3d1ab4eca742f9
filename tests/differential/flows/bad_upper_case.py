"""FL-18: a step name with a capital letter."""

from metaflow import FlowSpec, step


class UpperCaseFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.Train)

    @step
    def Train(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    UpperCaseFlow()
