"""FL-17: what `next` refuses at run time, chosen by a parameter."""

from metaflow import FlowSpec, Parameter, step


class TransitionsFlow(FlowSpec):
    mode = Parameter("mode", default="fine")

    @step
    def start(self):
        if self.mode == "twice":
            self.next(self.middle)
        if self.mode == "missing":
            return
        if self.mode == "wrong":
            self.next(self.end)
            return
        if self.mode == "fan":
            self.items = [1, 2]
            self.next(self.middle, foreach="items")
            return
        if self.mode == "split":
            self.next(self.middle, self.end)
            return
        if self.mode == "unknown_keyword":
            self.next(self.middle, sideways=True)
            return
        if self.mode == "not_a_step":
            self.next(self.helper)
            return
        if self.mode == "text":
            self.next("middle")
            return
        if self.mode == "nothing":
            self.next()
            return
        self.next(self.middle)

    def helper(self):
        """Not a step."""

    @step
    def middle(self):
        self.next(self.end)

    @step
    def end(self):
        if self.mode == "end":
            self.next(self.middle)


if __name__ == "__main__":
    TransitionsFlow()
