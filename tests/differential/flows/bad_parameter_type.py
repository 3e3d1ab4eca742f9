"""FL-18: a default that is not of the parameter's type (PA-02)."""

from metaflow import FlowSpec, Parameter, step


class ParameterTypeFlow(FlowSpec):
    count = Parameter("count", type=int, default="three")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ParameterTypeFlow()
