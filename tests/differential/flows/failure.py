"""AR-03, RU-01: a step that raises; what it had set is saved and the run ends with 1."""

import os
import sys

from metaflow import FlowSpec, Parameter, step


class OurError(Exception):
    """Defined beside the flow, with arguments of its own."""

    def __init__(self, code, *, detail):
        super().__init__(f"{code}: {detail}")


def fail(how):
    """Ends the step in the way called `how`."""
    if how == "value":
        raise ValueError("boom")
    if how == "own":
        raise OurError(7, detail="ours")
    if how == "chained":
        try:
            {}["missing"]
        except KeyError as error:
            raise RuntimeError("chained") from error
    if how == "zero":
        1 / 0
    if how == "unicode":
        raise ValueError("naïve ☕")
    if how == "assertion":
        assert how == "other", "they differ"
    if how == "exit0":
        sys.exit(0)
    if how == "exit3":
        sys.exit(3)
    if how == "exittext":
        sys.exit("a message")
    if how == "osexit":
        os._exit(5)
    if how == "keyboard":
        raise KeyboardInterrupt
    if how == "killed":
        os.kill(os.getpid(), 9)


class FailureFlow(FlowSpec):
    how = Parameter("how", default="value")

    @step
    def start(self):
        self.before = "kept"
        self.next(self.bad)

    @step
    def bad(self):
        print("about to fail")
        print("on the error stream", file=sys.stderr)
        self.partial = [1, 2]
        fail(self.how)
        self.never = True
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    FailureFlow()
