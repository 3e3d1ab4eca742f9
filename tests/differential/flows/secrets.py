"""DE-07: secrets are in the environment of their step only."""

import os

from metaflow import FlowSpec, catch, retry, secrets, step


def inline(**variables):
    return {"type": "inline", "id": "x", "options": {"env_vars": variables}}


class SecretsFlow(FlowSpec):
    @secrets(sources=[inline(FIRST="1"), inline(SECOND="two words"), "inline.nothing"])
    @step
    def start(self):
        self.found = [os.environ[name] for name in ("FIRST", "SECOND")]
        self.next(self.override)

    @secrets(sources=[inline(GIVEN="new")], allow_override=True)
    @step
    def override(self):
        self.found = ["FIRST" in os.environ, os.environ["GIVEN"]]
        self.next(self.collides)

    @catch(var="why", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @secrets(sources=[inline(GIVEN="new")])
    @step
    def collides(self):
        self.body = "ran"
        self.next(self.twice)

    @catch(var="why", print_exception=False)
    @secrets(sources=[inline(A="1"), inline(A="2")], allow_override=True)
    @step
    def twice(self):
        self.body = "ran"
        self.next(self.ours)

    @catch(var="why", print_exception=False)
    @secrets(sources=[inline(METAFLOW_USER="eve")], allow_override=True)
    @step
    def ours(self):
        self.body = "ran"
        self.next(self.badly_named)

    @catch(var="why", print_exception=False)
    @secrets(sources=[{"type": "inline", "id": "x", "options": {"env_vars": {"1x": "1"}}}])
    @step
    def badly_named(self):
        self.body = "ran"
        self.next(self.end)

    @step
    def end(self):
        self.body = hasattr(self, "body")
        self.found = os.environ["GIVEN"]


if __name__ == "__main__":
    SecretsFlow()
