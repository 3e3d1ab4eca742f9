"""RU-01, RE-09: one item of a foreach fails while the others finish; resume runs only that item."""

import time
from pathlib import Path

from metaflow import FlowSpec, current, step


def wait_for_the_others():
    """Waits until the other items are recorded as finished, so that failing cannot interfere with them."""
    for _ in range(600):
        if sum(task.finished for task in current.run["each"]) == 2:
            break
        time.sleep(0.05)
    else:
        raise TimeoutError("the other items never finished")
    time.sleep(1)  # for the exit of a process that has recorded its end


class FailOneItemFlow(FlowSpec):
    @step
    def start(self):
        self.items = [0, 1, 2]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.doubled = self.input * 2
        self.origin = current.origin_run_id is not None
        if self.input == 1:
            if not Path("fixed").exists():
                wait_for_the_others()
                raise ValueError(f"item {self.input}")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.doubled = [one.doubled for one in inputs]
        self.again = [one.origin for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    FailOneItemFlow()
