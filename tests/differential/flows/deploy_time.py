"""PA-03: a default may be a function, called once when the run starts."""

import json
from pathlib import Path

from metaflow import FlowSpec, JSONType, Parameter, step


LOG = Path("calls.log")


def from_context(context):
    """Leaves a trace in a file, so that each call can be counted."""
    with LOG.open("a") as log:
        log.write("call\n")
    return f"{context.flow_name} {context.user_name} {context.parameter_name}"


def calls():
    """How often the function was called so far."""
    return len(LOG.read_text().splitlines()) if LOG.exists() else 0


class DeployTimeFlow(FlowSpec):
    computed = Parameter("computed", type=str, default=from_context)
    number = Parameter("number", type=int, default=lambda context: 41 + 1)
    listed = Parameter("listed", type=JSONType, default=lambda context: json.dumps([context.parameter_name]))

    @step
    def start(self):
        self.calls = calls()
        self.next(self.end)

    @step
    def end(self):
        self.calls = calls()


if __name__ == "__main__":
    DeployTimeFlow()
