"""FL-18: a `next` under an `if` is invisible."""

from metaflow import FlowSpec, step


class HiddenNextFlow(FlowSpec):
    @step
    def start(self):
        if True:
            self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    HiddenNextFlow()
