"""Two steps that do nothing, with a parameter to vary: what a trial costs."""

from metaflow import FlowSpec, Parameter, step


class NoOp(FlowSpec):
    x = Parameter("x", default=0)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        self.loss = self.x


if __name__ == "__main__":
    NoOp()
