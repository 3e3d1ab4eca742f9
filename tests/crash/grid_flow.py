"""Twelve tasks that each take a moment and save something that can be checked."""

import random
import time

from spinloom import FlowSpec, step


class GridFlow(FlowSpec):
    @step
    def start(self):
        self.items = list(range(12))
        self.next(self.work, foreach="items")

    @step
    def work(self):
        print("working on", self.input, flush=True)
        time.sleep(0.3)
        self.square = self.input**2
        self.block = random.Random(self.input).randbytes(300_000)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.squares = [task.square for task in inputs]
        self.next(self.end)

    @step
    def end(self):
        assert self.squares == [n * n for n in range(12)]


if __name__ == "__main__":
    GridFlow()
