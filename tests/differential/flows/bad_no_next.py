"""FL-18: a step whose last statement is not `self.next`."""

from metaflow import FlowSpec, step


class NoNextFlow(FlowSpec):
    @step
    def start(self):
        self.x = 1

    @step
    def end(self):
        pass


if __name__ == "__main__":
    NoNextFlow()
