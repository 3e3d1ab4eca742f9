import numpy
import pandas
from metaflow import FlowSpec, step


class SpinInputs(FlowSpec):
    @step
    def start(self):
        numbers = numpy.random.default_rng(7)
        self.array = numbers.random(1 << 27)  # 1 GiB
        rows = 5_000_000
        self.frame = pandas.DataFrame(
            {
                "key": numbers.integers(0, 1000, rows),
                "value": numbers.random(rows),
                "city": pandas.Series(numbers.choice(["Oslo", "Lima", "Kyoto"], rows), dtype="str"),
            }
        )
        self.next(self.train)

    @step
    def train(self):
        self.mean = float(self.array[::65536].mean())
        self.head = self.frame["value"].head(1000).sum()
        self.cities = self.frame["city"].head(1000).nunique()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SpinInputs()
