"""Three steps that do nothing: what a run costs before it does anything."""

from metaflow import FlowSpec, step


class ThreeSteps(FlowSpec):
    @step
    def start(self):
        self.next(self.middle)

    @step
    def middle(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ThreeSteps()
