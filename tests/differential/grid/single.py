"""FL-02: a flow of one step, which is start and end."""

from combo import combo, visit
from metaflow import FlowSpec, step


class SingleFlow(FlowSpec):
    @combo
    @step(start=True, end=True)
    def only(self):
        visit(self)


if __name__ == "__main__":
    SingleFlow()
