"""FL-02: explicit marks let other names serve as entry and exit."""

from metaflow import FlowSpec, step


class MarkedFlow(FlowSpec):
    @step(start=True)
    def first(self):
        self.x = 1
        self.next(self.last)

    @step(end=True)
    def last(self):
        self.x += 1


if __name__ == "__main__":
    MarkedFlow()
