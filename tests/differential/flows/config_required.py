"""PA-09: a required config must be given."""

from metaflow import Config, FlowSpec, step


class RequiredConfigFlow(FlowSpec):
    paint = Config("paint", required=True)

    @step
    def start(self):
        self.kept = self.paint.to_dict()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    RequiredConfigFlow()
