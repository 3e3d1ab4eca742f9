"""AR-01: deleting an inherited artifact does not remove it; deleting one never read raises."""

from metaflow import FlowSpec, step


class DeletionFlow(FlowSpec):
    @step
    def start(self):
        self.x = 1
        self.y = 2
        self.own = 3
        del self.own
        self.next(self.remove)

    @step
    def remove(self):
        self.read = self.x
        del self.x
        try:
            del self.y
        except AttributeError as error:
            self.refused = type(error).__name__
        self.next(self.end)

    @step
    def end(self):
        self.back = (self.x, self.y, hasattr(self, "own"))


if __name__ == "__main__":
    DeletionFlow()
