"""Failures: the user's frames only, transitions, `@catch`, `@timeout`, `@environment` (FL-17, DE-02…05, AR-03)."""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from spinloom import FlowSpec, catch, environment, retry, step, timeout
from spinloom.exceptions import InvalidDecorator, MetaflowExceptionWrapper
from tasks import Bench, MemoryContext

Body = Callable[[Any], object]
body: list[Body] = []


class One(FlowSpec):
    @step
    def start(self) -> None:
        self.before = 1
        body[0](self)
        self.next(self.end)

    @step
    def end(self) -> None:
        if body:
            body[0](self)

    @step
    def never(self) -> None:
        self.next(self.end)


START = One.start.__code__.co_firstlineno


def run(do: Body, step_name: str = "start", **more: Any) -> MemoryContext:
    body[:] = [do]
    return Bench(One).run(step_name, **more)


def failure(ctx: MemoryContext) -> dict[str, Any]:
    assert ctx.result is not None and ctx.result["ok"] is False
    return ctx.result["failure"]  # type: ignore[no-any-return]


def deep(self: Any) -> None:
    json.loads("{")


def test_the_innermost_frame_of_the_users(capfd: pytest.CaptureFixture[str]) -> None:
    found = failure(run(deep))
    assert found["kind"] == "JSONDecodeError"
    assert (found["file"], found["function"], found["source"]) == (__file__, "deep", 'json.loads("{")')
    assert found["line"] == deep.__code__.co_firstlineno + 1
    text = found["traceback"]
    assert text.startswith("Traceback (most recent call last):\n  File ")
    assert "in start\n" in text and "json/decoder.py" in text, "library frames are the user's to see"
    assert "spinloom" + os.sep not in text, "ours are not"
    assert capfd.readouterr().err == text


def chained(self: Any) -> None:
    try:
        self.no_such_thing  # noqa: B018
    except AttributeError as error:
        raise RuntimeError("outer") from error


def test_our_frames_are_cut_from_causes_and_from_the_inside() -> None:
    found = failure(run(chained))
    assert (found["kind"], found["message"], found["function"]) == ("RuntimeError", "outer", "chained")
    assert "flow `One` has no attribute `no_such_thing`" in found["traceback"]
    assert "flow.py" not in found["traceback"]


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


def test_an_exception_without_a_readable_message() -> None:
    def mute(self: Any) -> None:
        raise Mute

    assert failure(run(mute))["message"] == "<Mute without a readable message>"


def test_next_twice_is_a_failed_transition() -> None:
    """FL-17, with the user's line."""
    found = failure(run(lambda self: self.next(self.end)))
    assert found["kind"] == "transition"
    assert (found["file"], found["line"], found["source"]) == (__file__, START + 4, "self.next(self.end)")


def test_another_transition_than_the_source_has() -> None:
    """FL-17."""
    found = failure(run(lambda self: self.next(self.never), step_name="end"))
    assert found["kind"] == "transition"
    assert found["message"] == "step `end` went to `never`, but by its last statement it goes nowhere"
    assert found["source"].startswith("found = failure(run(lambda self: self.next(self.never)")


class Early(FlowSpec):
    @step
    def start(self) -> None:
        if body[0](self):
            return
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def test_a_step_that_ends_without_next() -> None:
    """FL-17."""
    body[:] = [lambda self: True]
    found = failure(Bench(Early).run("start"))
    line = Early.start.__code__.co_firstlineno + 4
    assert found["message"] == f"step `start` ended without its `self.next`, which is on line {line}"
    assert (found["file"], found["line"]) == (__file__, line)


@pytest.mark.parametrize(
    ("code", "exit_code", "message"),
    [
        (3, 3, "the step called `sys.exit(3)`"),
        (0, 0, "the step called `sys.exit(0)`"),
        (None, 0, "the step called `sys.exit()`"),
        ("bye", 1, "the step called `sys.exit('bye')`"),
    ],
)
def test_leaving_early(code: object, exit_code: int, message: str, capfd: pytest.CaptureFixture[str]) -> None:
    found = failure(run(lambda self: sys.exit(code)))  # type: ignore[arg-type]
    assert (found["kind"], found["exit_code"], found["message"]) == ("exit", exit_code, message)
    assert capfd.readouterr().err == ("bye\n" if code == "bye" else "")


def test_leaving_when_all_is_said() -> None:
    """As under Metaflow: `sys.exit(0)` in the last step ends a run that went well."""
    ctx = run(lambda self: sys.exit(0), step_name="end")
    assert ctx.result == {"ok": True, "next": None}
    assert failure(run(lambda self: sys.exit(1), step_name="end"))["exit_code"] == 1


def test_an_interrupt_fails_the_attempt() -> None:
    def interrupt(self: Any) -> None:
        raise KeyboardInterrupt

    assert failure(run(interrupt))["kind"] == "KeyboardInterrupt"


class Guarded(FlowSpec):
    @catch(var="why")
    @step
    def start(self) -> None:
        self.before = 1
        body[0](self)
        self.next(self.end)

    @catch(print_exception=False)
    @step
    def quiet(self) -> None:
        raise ValueError("hush")

    @step
    def end(self) -> None:
        pass


def guarded(do: Body, **more: Any) -> tuple[Bench, MemoryContext]:
    body[:] = [do]
    bench = Bench(Guarded)
    return bench, bench.run("start", **more)


def broken(self: Any) -> None:
    raise ValueError("broken")


def test_catch_goes_on_with_the_static_transition(capfd: pytest.CaptureFixture[str]) -> None:
    """DE-02, DE-03: artifacts are kept, the exception is stored as text."""
    bench, ctx = guarded(broken)
    assert ctx.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    why = bench.value(ctx, "why")
    assert (why.type, why.exception, bench.value(ctx, "before")) == ("builtins.ValueError", "broken", 1)
    assert str(why) == why.stacktrace and "in broken" in why.stacktrace
    told = capfd.readouterr().out
    assert told.startswith("@catch caught an exception from step `start`\n>  Traceback")
    assert (bench.value(ctx, "_task_ok"), bench.value(ctx, "_success")) == (True, False)
    assert bench.value(ctx, "_exception") is None
    assert bench.value(ctx, "_catch_exception").exception == "broken"


def test_catch_without_a_failure() -> None:
    """DE-02: `var` is None."""
    bench, ctx = guarded(lambda self: None)
    assert (bench.value(ctx, "why"), bench.value(ctx, "_success")) == (None, True)


def test_catch_waits_for_the_last_attempt() -> None:
    """DE-02: retry first."""
    _, ctx = guarded(broken, attempt=0, attempts=2)
    assert failure(ctx)["kind"] == "ValueError"
    _, ctx = guarded(broken, attempt=1, attempts=2)
    assert ctx.result is not None and ctx.result["ok"] is True


def test_catch_after_attempts_that_died() -> None:
    """DE-02: an attempt beyond the user's runs none of the user's code."""
    bench, ctx = guarded(lambda self: pytest.fail("the step ran"), attempt=1, attempts=1)
    assert ctx.result is not None and ctx.result["ok"] is True
    why = bench.value(ctx, "why")
    assert (why.type, why.exception) == (
        "spinloom.exceptions.FailureHandledByCatch",
        "step `start` failed 1 times and left no exception behind",
    )


def unpicklable(self: Any) -> None:
    self.bad = (item for item in [1])


@pytest.mark.parametrize(
    ("do", "kind"),
    [
        (lambda self: self.next(self.end), "InvalidNextException"),
        (lambda self: sys.exit(4), "SystemExit"),
        (unpicklable, "UnpicklableArtifactException"),
    ],
)
def test_catch_takes_every_failure(do: Body, kind: str) -> None:
    """DE-02."""
    bench, ctx = guarded(do)
    assert ctx.result == {"ok": True, "next": {"steps": ["end"], "foreach": None}}
    assert bench.value(ctx, "why").type.endswith(kind)
    assert bench.value(ctx, "before") == 1
    assert "bad" not in ctx.saved


def test_catch_says_nothing_if_told_so(capfd: pytest.CaptureFixture[str]) -> None:
    ctx = Bench(Guarded).run("quiet")
    assert ctx.result == {"ok": True, "next": None}
    assert capfd.readouterr().err == ""


class Gone(Exception):
    """Cannot be imported by a reader."""


def test_the_wrapper_does_not_need_the_exceptions_class() -> None:
    """DE-03."""
    Gone.__module__, Gone.__qualname__ = "no.such.module", "Vanished"
    again = pickle.loads(pickle.dumps(MetaflowExceptionWrapper(Gone("x"))))
    assert (again.type, again.exception) == ("no.such.module.Vanished", "x")
    assert isinstance(again, Exception)


class Slow(FlowSpec):
    @timeout(seconds=0.05)
    @step
    def start(self) -> None:
        try:
            while True:
                time.sleep(0.01)
        finally:
            self.cleaned = True

    @retry
    @catch(var="why")
    @timeout(seconds=0.05)
    @step
    def guarded(self) -> None:
        while True:
            time.sleep(0.01)

    @timeout(hours=1)
    @step
    def fast(self) -> None:
        self.alarm = __import__("signal").getitimer(__import__("signal").ITIMER_REAL)[0]


def test_timeout_raises_in_the_step() -> None:
    """DE-04."""
    bench = Bench(Slow)
    ctx = bench.run("start")
    found = failure(ctx)
    assert (found["kind"], found["message"]) == (
        "TimeoutException",
        "step `start` took longer than its `@timeout` of 0.05 s",
    )
    assert (found["file"], found["function"]) == (__file__, "start")
    assert bench.value(ctx, "cleaned") is True


def test_timeout_then_retry_then_catch() -> None:
    """DE-04."""
    bench = Bench(Slow)
    assert failure(bench.run("guarded", attempt=2, attempts=4))["kind"] == "TimeoutException"
    ctx = bench.run("guarded", attempt=3, attempts=4)
    assert bench.value(ctx, "why").type == "spinloom.exceptions.TimeoutException"


def test_the_alarm_is_off_afterwards() -> None:
    """DE-04."""
    import signal

    bench = Bench(Slow)
    assert bench.value(bench.run("fast"), "alarm") > 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


class Environ(FlowSpec):
    @environment(vars={"SPINLOOM_TEST_A": 5, "SPINLOOM_TEST_B": None})
    @step
    def start(self) -> None:
        self.found = (os.environ["SPINLOOM_TEST_A"], os.environ["SPINLOOM_TEST_B"])


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """DE-05."""
    for name in ("SPINLOOM_TEST_A", "SPINLOOM_TEST_B"):
        monkeypatch.setenv(name, "")
    bench = Bench(Environ)
    assert bench.value(bench.run("start"), "found") == ("5", "None")


class Counting:
    def __len__(self) -> int:
        raise RuntimeError("no length")


class Odd(FlowSpec):
    @step
    def start(self) -> None:
        self.xs = Counting()
        self.next(self.end, foreach="xs")

    @step
    def end(self) -> None:
        pass


def test_a_value_that_cannot_be_counted() -> None:
    """FL-05: what `len` raises is the user's."""
    found = failure(Bench(Odd).run("start"))
    assert (found["kind"], found["function"]) == ("RuntimeError", "__len__")


def test_text_that_json_cannot_carry() -> None:
    def strange(self: Any) -> None:
        raise ValueError("half \udc80 " + "x" * 1_000_000)

    found = failure(run(strange))
    assert found["message"].startswith("half \\udc80 xxx")
    assert len(found["message"]) < 200_000


def test_a_store_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The engine is told, and the user too."""

    def full(*arguments: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(MemoryContext, "save", lambda self, name, *rest: full() if name == "before" else None)
    body[:] = [lambda self: None]
    bench = Bench(One)
    assert failure(bench.run("start"))["message"] == "no space left"
    assert "no space left" in capfd.readouterr().err


def test_catch_cannot_store_in_a_constant() -> None:
    """DE-02."""

    class Clash(FlowSpec):
        why = 1

        @catch(var="why")
        @step
        def start(self) -> None:
            pass

    with pytest.raises(InvalidDecorator, match="`@catch` cannot use `why` for `var`"):
        Bench(Clash).host.flow_graph()
