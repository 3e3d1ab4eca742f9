"""FL-18: two parameters that differ only by case (PA-04)."""

from metaflow import FlowSpec, Parameter, step


class ParameterCaseFlow(FlowSpec):
    one = Parameter("alpha", default=1)
    two = Parameter("ALPHA", default=2)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ParameterCaseFlow()
