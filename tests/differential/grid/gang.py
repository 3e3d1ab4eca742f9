"""FL-15, DE-08: a gang of two nodes."""

from combo import combo, visit
from metaflow import FlowSpec, current, parallel, step


class GangFlow(FlowSpec):
    @combo
    @step
    def start(self):
        visit(self)
        self.next(self.node, num_parallel=2)

    @combo
    @parallel
    @step
    def node(self):
        self.place = (current.parallel.num_nodes, current.parallel.node_index, self.index, self.input)
        visit(self)
        self.next(self.join)

    @combo
    @step
    def join(self, inputs):
        self.trace = [(one.place, one.trace) for one in inputs]
        visit(self)
        self.next(self.end)

    @combo
    @step
    def end(self):
        visit(self)


if __name__ == "__main__":
    GangFlow()
