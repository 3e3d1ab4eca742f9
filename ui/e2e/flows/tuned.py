"""A flow with a config: what `--set` replaces."""

from spinloom import Config, FlowSpec, step


class TunedFlow(FlowSpec):
    """Reads how to train from a config."""

    tuning = Config("tuning", default_value={"rate": 0.1, "model": {"depth": 3}})

    @step
    def start(self):
        """Takes what it was told."""
        self.depth = self.tuning.model.depth
        self.next(self.end)

    @step
    def end(self):
        """Is done."""


if __name__ == "__main__":
    TunedFlow()
