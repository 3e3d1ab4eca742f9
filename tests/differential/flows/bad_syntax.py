"""FL-18: a file that is not Python."""

from metaflow import FlowSpec, step


class SyntaxFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SyntaxFlow()
