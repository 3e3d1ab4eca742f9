from metaflow import FlowSpec, Parameter, current, step


class WideFlow(FlowSpec):
    """As many items as are asked for; leaves its run's number behind."""

    n = Parameter("n", default=3)

    @step
    def start(self):
        self.items = list(range(self.n))
        self.next(self.square, foreach="items")

    @step
    def square(self):
        self.value = self.input**2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.total = sum(one.value for one in inputs)
        self.next(self.end)

    @step
    def end(self):
        print("run", current.run_id, "total", self.total)


if __name__ == "__main__":
    WideFlow()
