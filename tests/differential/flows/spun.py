from metaflow import FlowSpec, Parameter, current, environment, retry, step


class SpunFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.5)
    LIMIT = 3

    @step
    def start(self):
        self.items = ["a", "bb", "ccc"]
        self.model = len
        self.next(self.each, foreach="items")

    @retry(times=2)
    @environment(vars={"SPUN_COLOUR": "red"})
    @step
    def each(self):
        import os

        self.saw = [self.input, self.index, self.alpha, self.LIMIT, os.environ.get("SPUN_COLOUR")]
        self.stack = self.foreach_stack()
        self.again = current.retry_count
        self.made = self.model(self.input, *("z",) * (self.input == "zyz")) * self.alpha
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = sorted(one.made for one in inputs)
        self.merge_artifacts(inputs, include=["model"])
        self.next(self.end)

    @step
    def end(self):
        self.done = sum(self.all)


if __name__ == "__main__":
    SpunFlow()
