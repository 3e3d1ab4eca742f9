"""FL-05, PA-02: a foreach over a JSON parameter and over a class constant."""

from metaflow import FlowSpec, JSONType, Parameter, step


class ForeachParameterFlow(FlowSpec):
    sizes = Parameter("sizes", type=JSONType, default="[1, 2]")
    letters = ("x", "y")

    @step
    def start(self):
        self.next(self.by_size, foreach="sizes")

    @step
    def by_size(self):
        self.size = self.input
        self.next(self.first_join)

    @step
    def first_join(self, inputs):
        self.all_sizes = [one.size for one in inputs]
        self.next(self.middle)

    @step
    def middle(self):
        self.next(self.by_letter, foreach="letters")

    @step
    def by_letter(self):
        self.letter = self.input * 2
        self.next(self.second_join)

    @step
    def second_join(self, inputs):
        self.all_letters = [one.letter for one in inputs]
        self.merge_artifacts(inputs, include=["all_sizes"])
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ForeachParameterFlow()
