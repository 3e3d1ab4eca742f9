"""A step that repeats itself, a gang, branches that meet; it fails while there is a file `broken`."""

import os

from metaflow import FlowSpec, Parameter, current, parallel, step


class TurnsFlow(FlowSpec):
    rounds = Parameter("rounds", default=2)

    @step
    def start(self):
        self.round = 0
        self.next(self.turn)

    @step
    def turn(self):
        self.round += 1
        self.way = "again" if self.round < self.rounds else "on"
        self.next({"again": self.turn, "on": self.gang}, condition="way")

    @step
    def gang(self):
        self.next(self.work, num_parallel=2)

    @parallel
    @step
    def work(self):
        self.node = current.parallel.node_index
        self.next(self.gather)

    @step
    def gather(self, inputs):
        self.nodes = [item.node for item in inputs]
        self.next(self.part)

    @step
    def part(self):
        self.next(self.left, self.right)

    @step
    def left(self):
        self.side = "l"
        self.next(self.meet)

    @step
    def right(self):
        self.side = "r"
        self.next(self.meet)

    @step
    def meet(self, inputs):
        if os.path.exists("broken"):
            raise KeyError("broken")
        self.sides = sorted(item.side for item in inputs)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    TurnsFlow()
