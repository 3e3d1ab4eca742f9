"""FL-18: a parameter with a reserved name (PA-04)."""

from metaflow import FlowSpec, Parameter, step


class ParameterClashFlow(FlowSpec):
    tag = Parameter("tag", default="x")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ParameterClashFlow()
