"""FL-18: an end that goes on."""

from metaflow import FlowSpec, step


class EndContinuesFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        self.next(self.start)


if __name__ == "__main__":
    EndContinuesFlow()
