"""CU-01: at import time of the driver nothing runs; the module is imported, and says so."""

from metaflow import FlowSpec, current, step


class OutsideFlow(FlowSpec):
    @step
    def start(self):
        self.running = current.is_running_flow
        self.stack = self.foreach_stack()
        self.at = (self.index, self.input)
        self.next(self.end)

    @step
    def end(self):
        self.at = (self.index, self.input)


if __name__ == "__main__":
    OutsideFlow()
