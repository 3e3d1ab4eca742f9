"""RE-02, RE-09: when an upstream step ran again and the list's length changed, all items run again."""

from pathlib import Path

from metaflow import FlowSpec, current, step


class ResumeLengthFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.fan)

    @step
    def fan(self):
        self.items = [1, 2, 3] if Path("longer").exists() else [1, 2]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.again = current.origin_run_id is not None
        self.value = self.input * 10
        self.next(self.join)

    @step
    def join(self, inputs):
        self.values = [(one.value, one.again) for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ResumeLengthFlow()
