"""AR-01: values whose identity or default comparison is unusual."""

from metaflow import FlowSpec, step


class Loud:
    """Refuses to be compared or to be a truth value, as arrays do."""

    def __eq__(self, other):
        raise ValueError("compared")

    def __bool__(self):
        raise ValueError("used as a truth value")

    def __repr__(self):
        return "Loud()"


class OddValuesFlow(FlowSpec):
    @step
    def start(self):
        self.nan = float("nan")
        self.huge = 10**40
        self.negative_zero = -0.0
        self.empty = ((), [], {}, set(), "", b"")
        self.cycle = []
        self.cycle.append(self.cycle)
        self.ellipsis = ...
        self.truth = Loud()
        self.next(self.end)

    @step
    def end(self):
        self.is_nan = self.nan != self.nan
        self.is_cycle = self.cycle[0] is self.cycle
        self.is_ellipsis = self.ellipsis is ...
        self.cycle = None


if __name__ == "__main__":
    OddValuesFlow()
