"""AR-01: functions set on self are silently not saved; classes and other callables are."""

import functools

from metaflow import FlowSpec, step


def helper():
    """Not saved."""


class Callable_:
    """Saved, as its class can be imported."""

    def __call__(self):
        return "called"

    def __repr__(self):
        return "Callable_()"


class FunctionsFlow(FlowSpec):
    @step
    def start(self):
        self.anonymous = lambda: 1
        self.plain = helper
        self.builtin = len
        self.kind = Callable_
        self.instance = Callable_()
        self.partial = functools.partial(pow, 2)
        self.bound = "abc".upper
        self.next(self.end)

    @step
    def end(self):
        names = ("anonymous", "plain", "builtin", "kind", "instance", "partial", "bound")
        self.kept = [name for name in names if hasattr(self, name)]
        self.called = (self.instance(), self.partial(5), self.kind().__call__())
        self.kind = self.instance = self.partial = self.builtin = self.bound = None


if __name__ == "__main__":
    FunctionsFlow()
