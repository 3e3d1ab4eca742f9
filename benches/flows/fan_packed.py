"""A foreach over `n` items that do nothing in an environment of their own, joined: what a task costs there."""

from metaflow import FlowSpec, Parameter, pypi, step


class FanPacked(FlowSpec):
    n = Parameter("n", default=1000)

    @step
    def start(self):
        self.items = list(range(self.n))
        self.next(self.work, foreach="items")

    @pypi(packages={"six": "1.17.0"})
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
    FanPacked()
