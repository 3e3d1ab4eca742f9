"""FL-05, FL-07: what can be iterated, chosen by a parameter."""

from metaflow import FlowSpec, Parameter, step


class Squares:
    """A sequence of our own: a length and positions, nothing else."""

    def __len__(self):
        return 3

    def __getitem__(self, position):
        if position >= 3:
            raise IndexError(position)
        return position * position


class Walk:
    """Can be walked and has no length."""

    def __iter__(self):
        return iter("xyz")


def make(kind):
    """The iterable called `kind`."""
    return {
        "list": lambda: ["a", "b", "c"],
        "one": lambda: [42],
        "range": lambda: range(5, 20, 5),
        "tuple": lambda: (1.5, None, "z"),
        "str": lambda: "hé!",
        "bytes": lambda: b"ab",
        "made": lambda: [n * n for n in range(4)],
        "nested": lambda: [[1], [], [2, 3]],
        "set": lambda: {3},
        "squares": Squares,
        "walk": Walk,
        "dict": lambda: {"k": 1},
        "intdict": lambda: {0: "zero", 1: "one"},
        "empty": lambda: [],
        "number": lambda: 3,
        "none": lambda: None,
        "generator": lambda: (n for n in range(2)),
    }[kind]()


class ForeachFlow(FlowSpec):
    kind = Parameter("kind", default="list")

    @step
    def start(self):
        self.items = make(self.kind)
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.got = (self.index, self.input)
        self.stack = self.foreach_stack()
        self.next(self.join)

    @step
    def join(self, inputs):
        self.got = [one.got for one in inputs]
        self.last = inputs.each.got
        self.outside = (self.index, self.input, self.foreach_stack())
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ForeachFlow()
