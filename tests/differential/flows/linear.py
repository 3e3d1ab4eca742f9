"""FL-01, FL-04, AR-01: values of every plain type travel through a chain of steps."""

from metaflow import FlowSpec, step


class LinearFlow(FlowSpec):
    """A chain."""

    @step
    def start(self):
        self.number = 7
        self.ratio = 0.1
        self.text = "naïve ☕"
        self.raw = bytes(range(8))
        self.items = [1, "two", None, True]
        self.table = {"b": 1, "a": {"deep": (1, 2)}}
        self.unique = {3, 1, 2}
        self.nothing = None
        self.span = range(0, 10, 3)
        self.point = 1 + 2j
        self.next(self.middle)

    @step
    def middle(self):
        self.total = self.number + len(self.items)
        self.text = self.text.upper()
        self.next(self.end)

    @step
    def end(self):
        self.seen = (self.total, self.text, self.table["a"]["deep"])


if __name__ == "__main__":
    LinearFlow()
