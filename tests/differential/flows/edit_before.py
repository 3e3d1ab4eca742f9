"""RE-01, FL-21: the flow as it was when the run failed."""

from metaflow import FlowSpec, step


class EditFlow(FlowSpec):
    constant = "old"

    @step
    def start(self):
        self.x = 1
        self.seen_start = self.constant
        self.next(self.bad)

    @step
    def bad(self):
        raise ValueError("a bug")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    EditFlow()
