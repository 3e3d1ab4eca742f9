"""Works at the third try."""

from spinloom import FlowSpec, current, retry, step


class RetriedFlow(FlowSpec):
    """A step that fails twice and is tried again."""

    @step
    def start(self):
        """Begins."""
        self.next(self.shaky)

    @retry(times=3, minutes_between_retries=0)
    @step
    def shaky(self):
        """Fails until it has been tried twice."""
        print("attempt", current.retry_count)
        if current.retry_count < 2:
            raise ConnectionError(f"the database did not answer, attempt {current.retry_count}")
        self.next(self.end)

    @step
    def end(self):
        """Ends."""


if __name__ == "__main__":
    RetriedFlow()
