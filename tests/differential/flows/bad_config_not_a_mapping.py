"""PA-09, PA-11: a config that cannot be had ends the command before anything runs."""

from metaflow import Config, FlowSpec, step


class BadConfigFlow(FlowSpec):
    c = Config("c", default_value="x", parser=lambda text: [text])

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BadConfigFlow()
