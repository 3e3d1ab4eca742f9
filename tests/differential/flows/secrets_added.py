"""DE-07: `--with` adds secrets, and what a step has of its own wins."""

import os

from metaflow import FlowSpec, secrets, step


class AddedFlow(FlowSpec):
    @secrets(sources=[])
    @step
    def start(self):
        self.found = os.environ.get("ADDED")
        self.next(self.end)

    @step
    def end(self):
        self.found = os.environ.get("ADDED")


if __name__ == "__main__":
    AddedFlow()
