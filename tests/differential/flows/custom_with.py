"""CD-09: `--with` adds decorators of users by import path, and by name once they are imported."""

import custom_decorators
from metaflow import FlowSpec, current, step


class WithFlow(FlowSpec):
    @custom_decorators.noted(of="file")
    @step
    def start(self):
        self.next(self.one, self.two)

    @step
    def one(self):
        self.next(self.join)

    @step
    def two(self):
        if current.retry_count == 0:
            self.attempts = 1
        self.next(self.join)

    @step
    def join(self, inputs):
        self.noted = sorted(note for one in inputs for note in one.notes) if hasattr(inputs[0], "notes") else []
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    WithFlow()
