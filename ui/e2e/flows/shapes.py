"""A graph with everything in it that a graph can have, and configs."""

from spinloom import Config, FlowSpec, Parameter, step


class ShapesFlow(FlowSpec):
    """Splits, fans out twice, chooses, repeats."""

    depth = Parameter("depth", default=3, help="how deep trees are")
    model = Config("model", default="model.json")
    place = Config("place", default_value={"region": "eu", "limits": {"cpu": 2}})

    @step
    def start(self):
        """Reads the <b>regions</b>."""
        self.regions = ["north", "south"]
        self.next(self.region, self.check)

    @step
    def region(self):
        """Goes through regions."""
        self.next(self.train, foreach="regions")

    @step
    def train(self):
        """Trains for one region."""
        self.seeds = [1, 2, 3]
        self.next(self.fold, foreach="seeds")

    @step
    def fold(self):
        """One fold."""
        self.score = self.input
        self.next(self.best)

    @step
    def best(self, inputs):
        """The best of a region."""
        self.next(self.gather)

    @step
    def gather(self, inputs):
        """All regions."""
        self.round = 0
        self.next(self.refine)

    @step
    def refine(self):
        """Until it is good."""
        self.round += 1
        self.more = self.round < 3
        self.next({True: self.refine, False: self.publish}, condition="more")

    @step
    def publish(self):
        """Publishes."""
        self.next(self.join)

    @step
    def check(self):
        """Looks at the input."""
        self.kind = "small"
        self.next({"small": self.quick, "large": self.thorough}, condition="kind")

    @step
    def quick(self):
        """The short way."""
        self.next(self.checked)

    @step
    def thorough(self):
        """The long way."""
        self.next(self.checked)

    @step
    def checked(self):
        """Both ways meet."""
        self.next(self.join)

    @step
    def join(self, inputs):
        """All meet."""
        self.next(self.end)

    @step
    def end(self):
        """Ends."""


if __name__ == "__main__":
    ShapesFlow()
