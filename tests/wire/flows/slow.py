import time

from metaflow import FlowSpec, step


class SlowFlow(FlowSpec):
    """Long enough to be heard of while it runs."""

    @step
    def start(self):
        time.sleep(3)
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SlowFlow()
