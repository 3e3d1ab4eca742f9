"""Two steps, for stores that are slow."""

from metaflow import FlowSpec, IncludeFile, step


class SmallFlow(FlowSpec):
    text = IncludeFile("text", default="included.txt")

    @step
    def start(self):
        self.found = {"a": [1, 2.5, None]}
        self.next(self.end)

    @step
    def end(self):
        print("over", self.text)


if __name__ == "__main__":
    SmallFlow()
