import pandas  # noqa: F401
import pyarrow  # noqa: F401
import sklearn.linear_model  # noqa: F401
from metaflow import FlowSpec, step


class SpinHeavy(FlowSpec):
    @step
    def start(self):
        self.x = 1
        self.next(self.train)

    @step
    def train(self):
        self.y = self.x + 1
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SpinHeavy()
