"""RE-01: `hang` waits to be killed in the first run, with everything that drives it."""

import time
from pathlib import Path

from metaflow import FlowSpec, current, step


class KilledFlow(FlowSpec):
    @step
    def start(self):
        self.trail = ["start"]
        self.next(self.fan)

    @step
    def fan(self):
        self.items = ["a", "b"]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.value = self.input * 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.trail = [one.value for one in inputs]
        self.next(self.hang)

    @step
    def hang(self):
        while current.origin_run_id is None:
            Path("hangs").touch()
            time.sleep(0.01)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    KilledFlow()
