"""DE-07: a back-end that is not there."""

from metaflow import FlowSpec, secrets, step


class BadSecretsFlow(FlowSpec):
    @secrets(sources=["vault.password"])
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BadSecretsFlow()
