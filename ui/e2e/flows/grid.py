"""A grid of 300 models, a few of them slow: what a foreach looks like."""

import time

from spinloom import FlowSpec, Parameter, step


class GridFlow(FlowSpec):
    """Trains a model for each of 300 settings and keeps the best."""

    size = Parameter("size", default=300, help="How many settings")
    rate = Parameter("rate", default=0.1, help="Rate of learning")

    @step
    def start(self):
        """Lays out the grid."""
        self.settings = [f"depth={n % 10} leaves={n}" for n in range(self.size)]
        self.next(self.train, foreach="settings")

    @step
    def train(self):
        """Trains one model."""
        number = int(self.input.rsplit("=", 1)[1])
        time.sleep(0.4 if number in (40, 170) else 0.002)
        self.score = (number * 37 % 101) / 101
        self.next(self.choose)

    @step
    def choose(self, inputs):
        """Keeps the best."""
        self.best = max(one.score for one in inputs)
        self.merge_artifacts(inputs, include=["settings"])
        self.next(self.end)

    @step
    def end(self):
        """Tells the best."""
        print("best", self.best)


if __name__ == "__main__":
    GridFlow()
