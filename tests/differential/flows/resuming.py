"""RE-01, RE-02, RE-10: fails until the environment or a file says otherwise."""

import os
from pathlib import Path

from metaflow import FlowSpec, Parameter, current, step


class ResumeFlow(FlowSpec):
    alpha = Parameter("alpha", default=1)
    constant = "as started"

    @step
    def start(self):
        self.trail = ["start"]
        self.runs = [current.origin_run_id is not None]
        self.next(self.a, self.b)

    @step
    def a(self):
        self.trail.append("a")
        self.next(self.join)

    @step
    def b(self):
        self.trail.append("b")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.trail = inputs.a.trail + inputs.b.trail
        self.again = current.origin_run_id is not None
        if not Path("join-fixed").exists() and "FIXED" not in os.environ:
            raise ValueError("not yet")
        self.next(self.late)

    @step
    def late(self):
        self.again = current.origin_run_id is not None
        if not Path("late-fixed").exists() and "FIXED" not in os.environ:
            raise ValueError("still not")
        self.next(self.end)

    @step
    def end(self):
        self.last = (self.alpha, self.constant, self.again)


if __name__ == "__main__":
    ResumeFlow()
