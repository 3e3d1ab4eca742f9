"""A foreach whose tasks save one small artifact each: something for a reader to read."""

from metaflow import FlowSpec, Parameter, step


class Reads(FlowSpec):
    n = Parameter("n", default=200)

    @step
    def start(self):
        self.items = list(range(self.n))
        self.next(self.work, foreach="items")

    @step
    def work(self):
        self.result = {"numbers": list(range(100))}
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Reads()
