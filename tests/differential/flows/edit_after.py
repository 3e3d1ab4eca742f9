"""RE-01, FL-21: the same flow, edited: the bug is fixed and a constant changed."""

from metaflow import FlowSpec, step


class EditFlow(FlowSpec):
    constant = "new"

    @step
    def start(self):
        self.x = 2
        self.seen_start = self.constant
        self.next(self.bad)

    @step
    def bad(self):
        self.y = self.x + 10
        self.seen_bad = self.constant
        self.next(self.end)

    @step
    def end(self):
        self.seen_end = self.constant


if __name__ == "__main__":
    EditFlow()
