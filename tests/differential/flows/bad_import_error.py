"""FL-18: a file that fails while it is imported."""

from metaflow import FlowSpec, step


class ImportErrorFlow(FlowSpec):
    value = 1 / 0

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ImportErrorFlow()
