"""PA-13, RE-01: a resumed run has the configs of its origin, whatever the defaults are now."""

from pathlib import Path

from metaflow import Config, FlowSpec, step


class ResumedConfigFlow(FlowSpec):
    paint = Config("paint", default="paint.json")
    gloss = Config("gloss", default_value={"level": 1})

    @step
    def start(self):
        self.first = self.paint.to_dict()
        self.next(self.middle)

    @step
    def middle(self):
        if not Path("ready").exists():
            raise ValueError("not ready")
        self.second = [self.paint.to_dict(), self.gloss.to_dict()]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ResumedConfigFlow()
