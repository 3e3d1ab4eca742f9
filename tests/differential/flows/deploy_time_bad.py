"""PA-03: a function's value is type-checked; one that raises stops the run."""

import os

from metaflow import FlowSpec, Parameter, step


def wrong(context):
    """Text where a number is due, or an exception."""
    if "RAISE" in os.environ:
        raise RuntimeError("no default today")
    return "forty"


class BadDefaultFlow(FlowSpec):
    number = Parameter("number", type=int, default=wrong)

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    BadDefaultFlow()
