"""Foreach: fan-out, introspection (FL-05, FL-06, FL-07)."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath
from typing import Any

import pytest
from spinloom import FlowSpec, Parameter, step
from spinloom.worker.labels import labels
from tasks import Bench, MemoryContext, frame


class Fan(FlowSpec):
    items: Any = Parameter("items")

    @step
    def start(self) -> None:
        if self.items is not None:
            self.xs = (
                {"generator": (n for n in "ab"), "set": {10, 20}}.get(self.items, self.items)
                if isinstance(self.items, str)
                else self.items
            )
        self.next(self.body, foreach="xs")

    @step
    def body(self) -> None:
        self.got = (self.input, self.index, self.foreach_stack())
        self.next(self.join)

    @step
    def join(self, inputs: Any) -> None:
        self.place = (self.input, self.index, self.foreach_stack())
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def fan(items: object) -> tuple[Bench, MemoryContext]:
    bench = Bench(Fan, {"items": items})
    return bench, bench.run("start")


@pytest.mark.parametrize("items", [[1, 2, 3], "abc", {"0": 1, "1": 2, "2": 3}])
def test_count(items: object) -> None:
    """FL-05, FL-07: strings and anything with a length."""
    bench, start = fan(items)
    assert start.result is not None
    follows = start.result["next"]
    follows["foreach"].pop("labels", None)
    assert follows == {"steps": ["body"], "foreach": {"var": "xs", "count": 3}}
    assert bench.value(start, "_foreach_num_splits") == 3
    assert bench.value(start, "_foreach_var") == "xs"
    assert bench.value(start, "_transition") == (["body"], "xs")


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "the foreach of step `start` over `self.xs` has nothing to go over: it is empty"),
        (5, "the foreach of step `start` over `self.xs` has nothing to go over: a value of type `int` is not iterable"),
        (None, "the foreach of step `start` over `self.xs` has nothing to go over: the attribute does not exist"),
    ],
)
def test_nothing_to_go_over(items: object, message: str) -> None:
    """FL-05, with the line of the user's `self.next`."""
    _, start = fan(items)
    assert start.result is not None and start.result["ok"] is False
    failure = start.result["failure"]
    assert (failure["kind"], failure["message"], failure["file"]) == ("transition", message, __file__)
    assert failure["source"] == 'self.next(self.body, foreach="xs")'


def test_input_by_position() -> None:
    """FL-07."""
    bench, start = fan(["a", "b"])
    body = bench.run("body", start, frames=[frame("start", "xs", 1, 2)])
    assert bench.value(body, "got") == ("b", 1, [(1, 2, "b")])
    assert "xs" in body.inherited, "reading one item does not save the list again"
    assert bench.value(body, "_foreach_stack") == [("start", "xs", 2, 1)]


def test_a_set_is_walked() -> None:
    """FL-07: subscripting a set raises TypeError."""
    bench, start = fan("set")
    got = [bench.value(bench.run("body", start, frames=[frame("start", "xs", i, 2)]), "got")[0] for i in (0, 1)]
    assert sorted(got) == [10, 20]


def test_a_dictionary_is_subscripted() -> None:
    """FL-07: so it fails unless its keys are positions."""
    bench, start = fan({"a": 1})
    body = bench.run("body", start, frames=[frame("start", "xs", 0, 1)])
    assert body.result is not None
    assert body.result["failure"]["kind"] == "KeyError"


def test_outside_a_foreach() -> None:
    """FL-07."""
    bench, start = fan([1])
    joined = bench.run("join", bench.run("body", start, frames=[frame("start", "xs", 0, 1)]), join=True)
    assert bench.value(joined, "place") == (None, None, [])


class Nested(FlowSpec):
    outer = ["p", "q"]

    @step
    def start(self) -> None:
        self.ys = ["p", "q"]
        self.next(self.middle, foreach="ys")

    @step
    def middle(self) -> None:
        self.zs = [self.input + "1", self.input + "2"]
        self.next(self.inner, foreach="zs")

    @step
    def inner(self) -> None:
        self.place = (self.index, self.input, self.foreach_stack())
        self.next(self.inner_join)

    @step
    def inner_join(self, inputs: Any) -> None:
        self.bare = (self.index, self.foreach_stack())
        self.merge_artifacts(inputs, include=["ys"])
        self.next(self.outer_join)

    @step
    def late_join(self, inputs: Any) -> None:
        self.merge_artifacts(inputs, include=["ys"])
        self.merged = (self.index, self.input, self.foreach_stack())
        self.next(self.outer_join)

    @step
    def outer_join(self, inputs: Any) -> None:
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def test_nested_frames() -> None:
    """FL-06, FL-07: an inner join keeps the outer index, and the item only if the list was merged."""
    bench = Bench(Nested)
    outer = frame("start", "ys", 1, 2)
    middle = bench.run("middle", bench.run("start"), frames=[outer])
    inner = bench.run("inner", middle, frames=[outer, frame("middle", "zs", 0, 2)])
    assert bench.value(inner, "place") == (0, "q1", [(1, 2, "q"), (0, 2, "q1")])
    joined = bench.run("inner_join", inner, frames=[outer], join=True)
    assert bench.value(joined, "bare") == (1, [(1, 2, None)])
    late = bench.run("late_join", inner, frames=[outer], join=True)
    assert bench.value(late, "merged") == (1, "q", [(1, 2, "q")])


class Named:
    """Something without a short text; asking for one would show."""

    def __repr__(self) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    ("items", "names"),
    [
        (["eu", "us"], ["eu", "us"]),
        ([0.1, 1e-05], ["0.1", "1e-05"]),
        (range(3), ["0", "1", "2"]),
        ([("a", 1), Named()], ["a, 1", ""]),
        ([{"lr": 0.1, "depth": 3}], ["lr=0.1 depth=3"]),
        ([date(2026, 11, 1), PurePath("data/a.csv")], ["2026-11-01", "data/a.csv"]),
        (["x" * 70], ["x" * 59 + "…"]),
        ([Named(), [[1]], {}], None),
        ({"a": 1}, None),
        ("abc", None),
        (["word"] * 100_001, None),
        (["x" * 60] * 20_000, None),
    ],
)
def test_items_have_short_names(items: object, names: list[str] | None) -> None:
    assert labels(items) == names


def test_names_of_items_are_told_with_the_fan_out() -> None:
    _, start = fan([("eu", 1), ("us", 2)])
    assert start.result is not None
    assert start.result["next"]["foreach"] == {"var": "xs", "count": 2, "labels": ["eu, 1", "us, 2"]}
