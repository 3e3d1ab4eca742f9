"""DE-10, DE-11: a step that is to run elsewhere does not run here."""

import os

from metaflow import FlowSpec, batch, kubernetes, resources, step

DECORATORS = {"batch": batch(memory=500), "kubernetes": kubernetes(cpu=2), "unknown": lambda f: kubernetes(nope=1)(f)}


class RemoteFlow(FlowSpec):
    @resources(cpu=2)
    @step
    def start(self):
        self.next(self.far)

    @DECORATORS[os.environ["WHERE"]]
    @step
    def far(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    RemoteFlow()
