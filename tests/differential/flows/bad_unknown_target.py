"""FL-18: a transition to a step that does not exist."""

from metaflow import FlowSpec, step


class UnknownTargetFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.ennd)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    UnknownTargetFlow()
