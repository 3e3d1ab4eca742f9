"""FL-18: a JSON default that is not JSON (PA-02)."""

from metaflow import FlowSpec, JSONType, Parameter, step


class ParameterJsonFlow(FlowSpec):
    config = Parameter("config", type=JSONType, default="{oops")

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ParameterJsonFlow()
