"""AR-06, RU-23: `--with retry` gives every step more attempts."""

from metaflow import FlowSpec, current, step


class WithRetryFlow(FlowSpec):
    @step
    def start(self):
        self.items = [0, 1]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.attempt = current.retry_count
        if self.input == 1 and current.retry_count == 0:
            raise RuntimeError("once")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.attempts = [one.attempt for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    WithRetryFlow()
