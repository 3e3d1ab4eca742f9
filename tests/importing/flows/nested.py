"""Parameters, an included file, nested foreach, retries, `@catch`, an instance of a class of the flow's own file."""

import sys

from metaflow import FlowSpec, IncludeFile, JSONType, Parameter, catch, current, retry, step


class Thing:
    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Thing({self.value})"


class NestedFlow(FlowSpec):
    alpha = Parameter("alpha", default=0.5)
    names = Parameter("names", type=JSONType, default='{"a": [1, 2]}')
    text = IncludeFile("text", default="included.txt")
    raw = IncludeFile("raw", default="included.txt", is_text=False)
    LIMIT = 7

    @step
    def start(self):
        print("begin, wörld")
        print("to stderr", file=sys.stderr)
        self.items = [3, 1, 2]
        self.thing = Thing(3)
        self.big = bytes(range(256)) * 4000
        self.next(self.outer, foreach="items")

    @step
    def outer(self):
        self.letters = ["a", "b"]
        self.next(self.inner, foreach="letters")

    @retry(times=1, minutes_between_retries=0)
    @step
    def inner(self):
        self.part = f"attempt {current.retry_count}"
        if current.retry_count < 1 and self.input == "a" and self.index == 0 and self.items[0] == 3:
            raise ValueError("once")
        self.found = (self.input, self.index)
        self.next(self.near)

    @step
    def near(self, inputs):
        self.found = [item.found for item in inputs]
        self.next(self.far)

    @catch(var="problem")
    @step
    def far(self, inputs):
        self.found = [item.found for item in inputs]
        if self.found:
            raise RuntimeError("caught")
        self.next(self.end)

    @step
    def end(self):
        print("over", self.text)


if __name__ == "__main__":
    NestedFlow()
