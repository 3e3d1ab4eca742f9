"""AR-02: what a step changes in place is kept, what it only reads is not written again, aliases part (AR-07)."""

from metaflow import FlowSpec, step


class MutationFlow(FlowSpec):
    @step
    def start(self):
        self.items = [1]
        self.table = {"k": [1]}
        self.untouched = ["u"]
        shared = ["s"]
        self.left = shared
        self.right = shared
        self.next(self.change)

    @step
    def change(self):
        self.items.append(2)
        self.table["k"].append(2)
        self.left.append("changed")
        self.same_here = self.left is self.right
        self.next(self.end)

    @step
    def end(self):
        self.seen = (self.items, self.table, self.left, self.right)


if __name__ == "__main__":
    MutationFlow()
