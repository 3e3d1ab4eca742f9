"""FL-02: explicit marks let one step with another name be both entry and exit."""

from metaflow import FlowSpec, step


class SingleFlow(FlowSpec):
    @step(start=True, end=True)
    def only(self):
        self.x = 1


if __name__ == "__main__":
    SingleFlow()
