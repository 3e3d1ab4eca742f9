from pathlib import Path

from metaflow import FlowSpec, step


class StumblingFlow(FlowSpec):
    """Fails until there is a file `go`."""

    @step
    def start(self):
        self.number = 7
        self.next(self.middle)

    @step
    def middle(self):
        assert Path("go").exists(), "not yet"
        self.number += 1
        self.next(self.end)

    @step
    def end(self):
        print("number", self.number)


if __name__ == "__main__":
    StumblingFlow()
