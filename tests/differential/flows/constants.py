"""FL-21: class constants are artifacts of the run, read-only, and changes in place do not travel."""

from metaflow import FlowSpec, step


class ConstantsFlow(FlowSpec):
    alpha = 3
    names = ["x"]
    table = {"k": 1}

    @step
    def start(self):
        try:
            self.alpha = 4
        except AttributeError as error:
            self.refused = type(error).__name__
        self.names.append("changed in place")
        self.here = list(self.names)
        self.next(self.end)

    @step
    def end(self):
        self.there = (self.alpha, list(self.names), self.table)


if __name__ == "__main__":
    ConstantsFlow()
