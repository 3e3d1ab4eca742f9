"""PA-01: a parameter that must be given."""

from metaflow import FlowSpec, Parameter, step


class RequiredFlow(FlowSpec):
    needed = Parameter("needed", required=True, type=int)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        self.twice = self.needed * 2


if __name__ == "__main__":
    RequiredFlow()
