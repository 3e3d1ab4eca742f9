"""Decorators that users write: before, after and instead of a step's body (CD-01 … CD-04)."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from spinloom import USER_SKIP_STEP, FlowSpec, UserStepDecorator, step, timeout, user_step_decorator
from spinloom.exceptions import InvalidDecorator, InvalidDecoratorAttribute
from spinloom.host import FlowHost
from tasks import Bench, frame

Write = Callable[..., ModuleType]

DECORATORS = """
from spinloom import USER_SKIP_STEP, FlowSpec, UserStepDecorator, catch, retry, step, user_step_decorator

told = []


@user_step_decorator
def around(step_name, flow, inputs, attributes):
    told.append(("before", attributes.get("n"), step_name, inputs is not None))
    try:
        yield attributes.get("gives")
    except ValueError as error:
        told.append(("sees", attributes.get("n"), str(error)))
        if not attributes.get("lets_pass"):
            raise
    told.append(("after", attributes.get("n")))


class methods(UserStepDecorator):
    def init(self, **given):
        self.given = given

    def pre_step(self, step_name, flow, inputs):
        told.append(("before", "methods"))
        self.skip_step = self.given.get("skip", False)
        return self.given.get("instead")

    def post_step(self, step_name, flow, exception):
        told.append(("after", "methods", repr(exception)))
        return self.given.get("returns", exception)
"""


def bench(flow_file: Write, decorators: str, body: str = "self.x = 1\nself.next(self.end)") -> tuple[Bench, ModuleType]:
    """A flow whose start has the decorators and the body."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    above = "".join(f"    {line}\n" for line in decorators.splitlines())
    source = f"{DECORATORS}\n\nclass F(FlowSpec):\n{above}    @step\n    def start(self):\n{lines}\n"
    source += "    @step\n    def end(self):\n        pass\n"
    module = flow_file(source)
    return Bench(module.F), module


def test_a_generator_is_before_and_after_the_step(flow_file: Write) -> None:
    """CD-01, CD-04: the outermost begins first and ends last."""
    flow, module = bench(flow_file, "@around(n=1)\n@around(n=2)\n@methods")
    done = flow.run("start")
    assert done.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert module.told == [
        ("before", 1, "start", False),
        ("before", 2, "start", False),
        ("before", "methods"),
        ("after", "methods", "None"),
        ("after", 2),
        ("after", 1),
    ]


def test_artifacts_are_changed_before_and_after(flow_file: Write) -> None:
    """CD-01."""
    module = flow_file("""
        from spinloom import FlowSpec, step, user_step_decorator

        @user_step_decorator
        def changes(step_name, flow, inputs):
            flow.given = 1
            flow.lent = object
            yield
            flow.made += 1
            del flow.lent

        class F(FlowSpec):
            @changes
            @step
            def start(self):
                self.made = self.given + 1
                self.next(self.end)

            @step
            def end(self):
                pass
        """)
    flow = Bench(module.F)
    done = flow.run("start")
    assert (flow.value(done, "given"), flow.value(done, "made"), "lent" in done.saved) == (1, 3, False)


def test_a_decorator_that_lets_an_exception_pass_makes_the_step_succeed(flow_file: Write) -> None:
    """CD-01: it goes on as the step would have."""
    flow, module = bench(
        flow_file, "@around(n=1, lets_pass=True)", "self.x = 1\nraise ValueError('no')\nself.next(self.end)"
    )
    done = flow.run("start")
    assert done.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert flow.value(done, "x") == 1
    assert module.told[1:] == [("sees", 1, "no"), ("after", 1)]


def test_an_exception_that_is_raised_again_fails_the_step(flow_file: Write) -> None:
    """CD-01: at the user's own line."""
    flow, module = bench(flow_file, "@around(n=1)\n@methods", "raise ValueError('no')\nself.next(self.end)")
    done = flow.run("start")
    assert done.result is not None and done.result["ok"] is False
    failure = done.result["failure"]
    assert (failure["kind"], failure["message"], failure["source"]) == ("ValueError", "no", "raise ValueError('no')")
    assert module.told[-2:] == [("after", "methods", "ValueError('no')"), ("sees", 1, "no")]


def test_what_one_raises_afterwards_the_outer_ones_see(flow_file: Write) -> None:
    """CD-04."""
    flow, module = bench(flow_file, "@around(n=1, lets_pass=True)\n@methods(returns=ValueError('after'))")
    assert flow.run("start").result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert module.told[-2:] == [("sees", 1, "after"), ("after", 1)]


def test_what_one_raises_before_the_step_no_other_sees(flow_file: Write) -> None:
    """CD-04: as in Metaflow."""
    module = flow_file("""
        from spinloom import FlowSpec, step, user_step_decorator

        @user_step_decorator
        def tolerant(step_name, flow, inputs):
            try:
                yield
            except ValueError:
                pass

        @user_step_decorator
        def fails(step_name, flow, inputs):
            raise ValueError("before")
            yield

        class F(FlowSpec):
            @tolerant
            @fails
            @step
            def start(self):
                self.next(self.end)

            @step
            def end(self):
                pass
        """)
    done = Bench(module.F).run("start")
    assert done.result is not None and done.result["failure"]["message"] == "before"


@pytest.mark.parametrize("gives", ["USER_SKIP_STEP", "{}"])
def test_a_dictionary_skips_the_step_and_what_is_further_inside(flow_file: Write, gives: str) -> None:
    """CD-02."""
    flow, module = bench(flow_file, f"@around(n=1, gives={gives})\n@methods")
    done = flow.run("start")
    assert done.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert "x" not in done.saved
    assert module.told == [("before", 1, "start", False), ("after", 1)]
    assert USER_SKIP_STEP == {}


@pytest.mark.parametrize("skip", ["True", "USER_SKIP_STEP"])
def test_a_class_skips_the_step_by_its_skip_step(flow_file: Write, skip: str) -> None:
    """CD-03."""
    flow, _ = bench(flow_file, f"@methods(skip={skip})")
    done = flow.run("start")
    assert done.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert "x" not in done.saved


@pytest.mark.parametrize("decorator", ["@around(gives={})", "@methods(instead={})"])
@pytest.mark.parametrize(
    "instead",
    [
        "lambda flow: setattr(flow, 'y', 2)",
        "lambda flow: {}",
        "lambda flow: True",
        "lambda flow: flow.next(flow.end)",
    ],
)
def test_a_function_is_called_instead_of_the_step(flow_file: Write, decorator: str, instead: str) -> None:
    """CD-02, CD-03: it says where to go itself, or the flow goes on as the step would have."""
    flow, _ = bench(flow_file, f"{decorator.format(instead)}\n@methods")
    done = flow.run("start")
    assert done.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert "x" not in done.saved


FANS = """
    from spinloom import FlowSpec, parallel, step, user_step_decorator

    @user_step_decorator
    def skips(step_name, flow, inputs, attributes):
        flow.items, flow.others, flow.which = [1, 2, 3], [4], "b"
        yield attributes["to"]

    class Foreach(FlowSpec):
        @skips(to={})
        @step
        def start(self):
            self.next(self.each, foreach="items")

        @skips(to={"foreach": "others"})
        @step
        def each(self):
            self.next(self.join, foreach="items")

        @step
        def join(self, inputs):
            self.next(self.end)

        @step
        def end(self):
            pass

    class Switch(FlowSpec):
        @skips(to={})
        @step
        def start(self):
            self.next({"a": self.end, "b": self.other}, condition="which")

        @step
        def other(self):
            self.next(self.end)

        @step
        def end(self):
            pass

    class Gang(FlowSpec):
        @skips(to={"num_parallel": 2})
        @step
        def start(self):
            self.next(self.node, num_parallel=2)

        @parallel
        @step
        def node(self):
            self.next(self.join)

        @step
        def join(self, inputs):
            self.next(self.end)

        @step
        def end(self):
            pass

    class Unknown(FlowSpec):
        @skips(to={"times": 2})
        @step
        def start(self):
            self.next(self.end)

        @step
        def end(self):
            pass
    """


def test_a_skipped_step_fans_out_as_it_would_have_or_as_the_decorator_says(flow_file: Write) -> None:
    """CD-02."""
    flow = Bench(flow_file(FANS).Foreach)
    start = flow.run("start")
    assert start.result is not None
    assert start.result["next"]["steps"] == ["each"]
    assert start.result["next"]["foreach"] == {"var": "items", "count": 3, "labels": ["1", "2", "3"]}
    assert flow.value(start, "_transition") == (["each"], "items")
    each = flow.run("each", start, frames=[frame("start", "items", 0, 3)])
    assert each.result is not None
    assert each.result["next"]["foreach"] == {"var": "others", "count": 1, "labels": ["4"]}
    assert flow.value(each, "_foreach_var") == "others"


def test_a_skipped_switch_looks_at_its_artifact(flow_file: Write) -> None:
    """CD-02."""
    done = Bench(flow_file(FANS).Switch).run("start")
    assert done.result == {"ok": True, "next": {"steps": ["other"], "foreach": None}}


def test_a_gang_cannot_be_skipped(flow_file: Write) -> None:
    """CD-02."""
    done = Bench(flow_file(FANS).Gang).run("start")
    assert done.result is not None
    assert "only its own code knows how wide" in done.result["failure"]["message"]


def test_an_unknown_argument_for_next_is_refused(flow_file: Write) -> None:
    """CD-02."""
    done = Bench(flow_file(FANS).Unknown).run("start")
    assert done.result is not None
    wanted = "decorator `skips` gives the `self.next` of step `start` a `times`: it has none to say otherwise"
    assert done.result["failure"]["message"] == wanted


def test_a_second_yield_names_the_decorator_and_the_step(flow_file: Write) -> None:
    """CD-01: and no decorator round it can let that pass."""
    module = flow_file("""
        from spinloom import FlowSpec, UserStepDecorator, step, user_step_decorator

        @user_step_decorator
        def twice(step_name, flow, inputs):
            yield
            yield

        class tolerant(UserStepDecorator):
            def post_step(self, step_name, flow, exception):
                return None

        class F(FlowSpec):
            @tolerant
            @twice
            @step
            def start(self):
                self.next(self.end)

            @step
            def end(self):
                pass
        """)
    done = Bench(module.F).run("start")
    assert done.result is not None
    failure = done.result["failure"]
    assert failure["message"] == "decorator `twice` yields a second time in step `start`"
    assert failure["file"] == module.__file__


def test_a_generator_that_never_yields_fails_the_step(flow_file: Write) -> None:
    """CD-01."""
    module = flow_file("""
        from spinloom import FlowSpec, step, user_step_decorator

        @user_step_decorator
        def never(step_name, flow, inputs):
            if False:
                yield

        class F(FlowSpec):
            @never
            @step
            def start(self):
                self.next(self.end)

            @step
            def end(self):
                pass
        """)
    done = Bench(module.F).run("start")
    assert done.result is not None
    assert done.result["failure"]["message"] == "decorator `never` does not yield in step `start`"


def test_inputs_are_those_of_a_join(flow_file: Write) -> None:
    """CD-01."""
    module = flow_file("""
        from spinloom import FlowSpec, step, user_step_decorator

        @user_step_decorator
        def adds(step_name, flow, inputs):
            yield
            flow.total = sum(one.x for one in inputs)

        class F(FlowSpec):
            @step
            def start(self):
                self.items = [1, 2]
                self.next(self.each, foreach="items")

            @step
            def each(self):
                self.x = self.input
                self.next(self.join)

            @adds
            @step
            def join(self, inputs):
                self.next(self.end)

            @step
            def end(self):
                pass
        """)
    flow = Bench(module.F)
    start = flow.run("start")
    each = [flow.run("each", start, frames=[frame("start", "items", n, 2)]) for n in range(2)]
    assert flow.value(flow.run("join", *each, join=True), "total") == 3


def test_a_timeout_is_raised_at_the_yield(flow_file: Write) -> None:
    """CD-04, DE-03: the time of the decorators counts, too."""
    module = flow_file("""
        import time
        from spinloom import FlowSpec, step, timeout, user_step_decorator

        @user_step_decorator
        def tolerant(step_name, flow, inputs):
            try:
                yield
            except Exception as error:
                flow.seen = type(error).__name__

        class F(FlowSpec):
            @tolerant
            @timeout(seconds=0.05)
            @step
            def start(self):
                time.sleep(60)
                self.next(self.end)

            @step
            def end(self):
                pass
        """)
    flow = Bench(module.F)
    assert flow.value(flow.run("start"), "seen") == "TimeoutException"


def test_catch_sees_what_the_decorators_let_through(flow_file: Write) -> None:
    """CD-04."""
    flow, module = bench(
        flow_file,
        "@around(n=1)\n@catch(var='why', print_exception=False)",
        "raise ValueError('no')\nself.next(self.end)",
    )
    done = flow.run("start")
    assert done.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert flow.value(done, "why").exception == "no"
    assert ("sees", 1, "no") in module.told


def test_a_step_without_custom_decorators_runs_its_own_function() -> None:
    class F(FlowSpec):
        @timeout(seconds=5)
        @step
        def start(self) -> None:
            self.next(self.end)

        @step
        def end(self) -> None: ...

    assert FlowHost(F).plan("start").body is F.start


def test_records_say_where_they_are_from() -> None:
    """CD-08: in the graph, with its arguments, and what JSON cannot hold as text."""

    @user_step_decorator
    def noted(step_name: str, flow: Any, inputs: Any, attributes: Any) -> Any:
        yield

    class F(FlowSpec):
        @noted(a=1, b=object)
        @step
        def start(self) -> None:
            self.next(self.end)

        @step
        def end(self) -> None: ...

    (record,) = FlowHost(F).document()["steps"][0]["decorators"]
    assert record["name"].endswith("noted") and record["custom"] is True and record["file"] == __file__
    assert record["attributes"] == {"_args": [], "a": 1, "b": "<class 'object'>"}


class initialised(UserStepDecorator):
    """Needs a limit."""

    def init(self, limit: int) -> None:
        self.limit = 10 // limit


def _named(step_name: str, flow: Any, inputs: Any) -> Any:
    yield


def test_a_failing_init_is_an_error_before_the_run() -> None:
    """CD-03: at the line that raised it."""

    class F(FlowSpec):
        @initialised(0)
        @step
        def start(self) -> None:
            self.next(self.end)

        @step
        def end(self) -> None: ...

    with pytest.raises(InvalidDecorator) as caught:
        FlowHost(F).document()
    assert caught.value.message == (
        "`@initialised` of step `start` failed before the run: ZeroDivisionError: integer division or modulo by zero"
    )
    assert (caught.value.file, caught.value.line) == (__file__, initialised.init.__code__.co_firstlineno + 1)


def _bad(what: str) -> Any:
    if what == "no generator":
        return user_step_decorator(lambda step_name, flow, inputs: None)
    if what == "arguments":

        def three(step_name: Any, flow: Any) -> Any:
            yield

        return user_step_decorator(three)
    if what == "__init__":
        return type("own", (UserStepDecorator,), {"__init__": _bad})
    if what == "no attributes":
        return user_step_decorator(_named)(a=1)
    if what == "position":
        return user_step_decorator(_named)(1)
    if what == "no init":
        return type("bare", (UserStepDecorator,), {})(1)
    return user_step_decorator(_named)(lambda self: None)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("no generator", "`<lambda>` cannot be a decorator: it is no generator function"),
        ("arguments", "`three` cannot be a decorator: it takes 2 arguments"),
        ("__init__", "`own` has an `__init__`, which a decorator cannot have"),
        ("no attributes", "`@_named` takes no attributes"),
        ("position", "`@_named` takes attributes by name only"),
        ("no init", "`@bare` takes no arguments"),
        ("no step", "`@_named` is put on `<lambda>`, which is not a step"),
    ],
)
def test_bad_decorators(what: str, message: str) -> None:
    """CD-01, CD-03: refused where they are written."""
    with pytest.raises((InvalidDecorator, InvalidDecoratorAttribute)) as caught:
        _bad(what)
    assert caught.value.message == message
    assert caught.value.file == __file__
