"""FD-01: names of projects are checked."""

from metaflow import FlowSpec, project, step


@project(name="Not-allowed")
class BadProjectFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BadProjectFlow()
