"""AR-06, DE-01: a step that succeeds on its second attempt; both attempts stay readable."""

from metaflow import FlowSpec, Parameter, current, retry, step


class RetryFlow(FlowSpec):
    times = Parameter("failures", default=1)

    @step
    def start(self):
        self.next(self.shaky)

    @retry(times=2, minutes_between_retries=0)
    @step
    def shaky(self):
        self.attempt = current.retry_count
        print("attempt", current.retry_count)
        if current.retry_count == 0:
            self.only_first = "left behind"
        if current.retry_count < self.times:
            raise RuntimeError(f"attempt {current.retry_count} fails")
        self.done = True
        self.next(self.end)

    @step
    def end(self):
        self.leftover = hasattr(self, "only_first")


if __name__ == "__main__":
    RetryFlow()
