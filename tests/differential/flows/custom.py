"""CD-01 … CD-04: decorators of users; the variable SET says which the middle step has."""

import os
import sys

from metaflow import FlowSpec, UserStepDecorator, catch, environment, retry, step, user_step_decorator

SET = os.environ["SET"]


@user_step_decorator
def outer(step_name, flow, inputs, attributes):
    print("outer before", step_name, type(flow).__name__, inputs, sorted(attributes.items()))
    flow.before = getattr(flow, "given", None)
    try:
        yield
    except ValueError as error:
        print("outer sees", type(error).__name__, error)
        if not attributes.get("lets_pass"):
            raise
    print("outer after", getattr(flow, "made", None))
    flow.after = 2


@user_step_decorator
def plain(step_name, flow, inputs):
    print("plain before", step_name)
    yield
    print("plain after", step_name)


class methods(UserStepDecorator):
    def init(self, *args, **kwargs):
        self.given = args, kwargs

    def pre_step(self, step_name, flow, inputs):
        print("methods before", step_name, inputs, self.given)

    def post_step(self, step_name, flow, exception):
        print("methods after", step_name, repr(exception))
        returns = self.given[1].get("returns", "same")
        return {
            "same": exception,
            "none": None,
            "other": KeyError("another"),
            "pair": (None, {}),
            "other pair": (KeyError("another"), {}),
        }[returns]


@user_step_decorator
def fails_before(step_name, flow, inputs):
    raise ValueError("before")
    yield


@user_step_decorator
def fails_after(step_name, flow, inputs):
    yield
    raise ValueError("after")


@user_step_decorator
def yields_twice(step_name, flow, inputs):
    yield
    yield


@user_step_decorator
def skips(step_name, flow, inputs, attributes):
    print("skips before")
    flow.skipped = True
    yield attributes.get("to", {})
    print("skips after")


def another(flow):
    print("another body")
    flow.another = True
    return True


def another_that_fails(flow):
    raise ValueError("another")


def another_that_goes_on(flow):
    flow.another = True
    flow.next(flow.end)


@user_step_decorator
def replaces(step_name, flow, inputs, attributes):
    yield attributes.get("by", another)
    print("replaces after")


SETS = {
    "order": [outer(a=1), plain, methods(k=2)],
    "twice on one step": [outer(a=1), outer(a=2)],
    "fails": [methods, outer, plain],
    "lets pass": [methods, outer(lets_pass=1), plain],
    "lets pass late": [outer(lets_pass=1)],
    "fails before": [outer, methods, fails_before, plain],
    "fails before, lets pass": [outer(lets_pass=1), methods, fails_before, plain],
    "fails after": [methods, fails_after, plain],
    "fails after, lets pass": [outer(lets_pass=1), fails_after, plain],
    "yields twice": [yields_twice],
    "skips": [outer, skips, plain],
    "replaces": [outer, replaces, plain],
    "replaces by one that fails": [outer, replaces(by=another_that_fails), plain],
    "replaces by one that goes on": [outer, replaces(by=another_that_goes_on), plain],
    "returns none": [methods(returns="none")],
    "returns none of a failure": [methods(returns="none")],
    "returns other": [methods(returns="other")],
    "returns pair": [methods(returns="pair")],
    "returns other pair": [methods(returns="other pair")],
    "exits": [outer(lets_pass=1)],
    "retry": [retry(times=1, minutes_between_retries=0), outer],
    "catch": [catch(var="caught", print_exception=False), outer],
    "environment": [environment(vars={"SEEN": "yes"}), outer],
}


def decorated(function):
    for decorator in reversed(SETS[SET]):
        function = decorator(function)
    return function


class CustomFlow(FlowSpec):
    @step
    def start(self):
        self.given = 5
        self.next(self.middle)

    @decorated
    @step
    def middle(self):
        print("body", self.before if hasattr(self, "before") else None, os.environ.get("SEEN"))
        self.made = 3
        if SET in ("fails", "lets pass", "retry", "catch", "returns none of a failure"):
            raise ValueError("body")
        if SET == "exits":
            sys.exit(3)
        if SET == "lets pass late":
            self.next(self.end)
            raise ValueError("late")
        self.next(self.end)

    @step
    def end(self):
        print(self.given, getattr(self, "made", None))


if __name__ == "__main__":
    CustomFlow()
