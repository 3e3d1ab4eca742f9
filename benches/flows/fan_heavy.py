"""The same as `fan_light.py`, in a flow that imports what data scientists import."""

import pandas  # noqa: F401
import pyarrow  # noqa: F401
import sklearn.ensemble
import sklearn.linear_model  # noqa: F401
from metaflow import FlowSpec, Parameter, step


class FanHeavy(FlowSpec):
    n = Parameter("n", default=1000)

    @step
    def start(self):
        self.items = list(range(self.n))
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.next(self.join)

    @step
    def join(self, inputs):
        self.count = sum(1 for _ in inputs)
        self.next(self.end)

    @step
    def end(self):
        assert self.count == self.n


if __name__ == "__main__":
    FanHeavy()
