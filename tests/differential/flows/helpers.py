"""FL-03: methods that are not steps, properties, nested functions and a docstring of each kind."""

from metaflow import FlowSpec, step


class HelpersFlow(FlowSpec):
    """What the flow is about."""

    @property
    def doubled(self):
        """A property: computed, never saved."""
        return self.x * 2

    @staticmethod
    def plus(a, b):
        """No self."""
        return a + b

    @classmethod
    def label(cls):
        """On the class."""
        return cls.__name__

    def helper(self, n):
        """May set artifacts."""
        self.from_helper = n
        return n + 1

    @step
    def start(self):
        """The first step."""
        self.x = 3
        self.y = self.helper(4)
        self.z = (self.doubled, self.plus(1, 2), self.label())
        self.next(self.end)

    @step
    def end(self):
        """The last step."""
        setattr(self, "dynamic_" + "name", 1)
        self.all = (self.doubled, getattr(self, "from_helper"))


if __name__ == "__main__":
    HelpersFlow()
