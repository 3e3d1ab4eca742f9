from metaflow import FlowSpec, Parameter, step


class ChoosingFlow(FlowSpec):
    """A switch, and a step that repeats itself."""

    way = Parameter("way", default="left")

    @step
    def start(self):
        self.count = 0
        self.chosen = self.way
        self.next({"left": self.left, "right": self.right}, condition="chosen")

    @step
    def left(self):
        self.count += 1
        self.more = "again" if self.count < 3 else "enough"
        self.next({"again": self.left, "enough": self.end}, condition="more")

    @step
    def right(self):
        self.next(self.end)

    @step
    def end(self):
        print(self.way, self.count)


if __name__ == "__main__":
    ChoosingFlow()
