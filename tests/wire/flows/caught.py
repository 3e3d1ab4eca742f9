from metaflow import FlowSpec, catch, retry, step


class CaughtFlow(FlowSpec):
    """A failure that is tried again, then caught."""

    @step
    def start(self):
        self.items = [1, 0, 2]
        self.next(self.divide, foreach="items")

    @catch(var="caught")
    @retry(times=1, minutes_between_retries=0)
    @step
    def divide(self):
        self.result = 10 / self.input
        self.next(self.join)

    @step
    def join(self, inputs):
        self.results = [None if one.caught else one.result for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        print(self.results)


if __name__ == "__main__":
    CaughtFlow()
