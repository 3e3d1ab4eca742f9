"""Joins: inputs (FL-09), what passes them (FL-11), `merge_artifacts` (FL-12)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from spinloom import FlowSpec, Parameter, step
from spinloom.exceptions import (
    MetaflowException,
    MissingInMergeArtifactsException,
    MissingJoinInMergeArtifactsException,
    UnhandledInMergeArtifactsException,
)
from tasks import Bench, MemoryContext

Body = Callable[[Any, Any], object]
body: list[Body] = []


class Joined(FlowSpec):
    constant = 7
    alpha = Parameter("alpha")

    @step
    def start(self) -> None:
        self.common = [1, 2]
        self.next(self.a, self.b)

    @step
    def a(self) -> None:
        self.x = 1
        self.only_a = "a"
        self._hidden = "h"
        self.next(self.j)

    @step
    def b(self) -> None:
        self.x = 2
        self.next(self.j)

    @step
    def j(self, inputs: Any) -> None:
        self.answer = body[0](self, inputs)
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def join(do: Body) -> tuple[Bench, MemoryContext]:
    bench = Bench(Joined, {"alpha": "v"})
    start = bench.run("start")
    body[:] = [do]
    ctx = bench.run("j", bench.run("a", start), bench.run("b", start), join=True)
    if ctx.result is not None and not ctx.result["ok"]:
        pytest.fail(ctx.result["failure"]["message"])
    return bench, ctx


def answer(do: Body) -> Any:
    bench, ctx = join(do)
    return bench.value(ctx, "answer")


def test_ways_to_the_inputs() -> None:
    """FL-09."""
    assert answer(lambda self, inputs: [i.x for i in inputs]) == [1, 2]
    assert answer(lambda self, inputs: (inputs[1].x, inputs[-1].x, len(inputs))) == (2, 2, 2)
    assert answer(lambda self, inputs: (inputs.a.x, inputs.b.x, inputs.a.constant, inputs.b.alpha)) == (1, 2, 7, "v")


def test_of_many_tasks_of_one_step_the_last_is_named() -> None:
    """FL-09."""
    bench = Bench(Joined)
    start = bench.run("start")
    body[:] = [lambda self, inputs: int(repr(inputs.a).split("/")[1].rstrip(">"))]
    ctx = bench.run("j", bench.run("a", start), bench.run("a", start), join=True)
    assert bench.value(ctx, "answer") == 3


def test_inputs_load_what_is_read() -> None:
    """FL-09."""
    _, ctx = join(lambda self, inputs: inputs.a.x)
    assert ctx.loads == [(0, "x")]


def test_nothing_passes_a_join_by_itself() -> None:
    """FL-11: but parameters and constants."""
    assert answer(lambda self, inputs: (self.alpha, self.constant, hasattr(self, "common"))) == ("v", 7, False)
    _, ctx = join(lambda self, inputs: None)
    assert set(ctx.saved) == {"answer", "_current_step", "_transition"}


def test_what_an_input_does_not_have() -> None:
    with pytest.raises(pytest.fail.Exception, match="input `b/3` of step `j` has no artifact `only_a`"):
        join(lambda self, inputs: inputs.b.only_a)
    with pytest.raises(pytest.fail.Exception, match="no input comes from a step `c`; they come from a, b"):
        join(lambda self, inputs: inputs.c)


@pytest.mark.parametrize("what", [lambda i: i, lambda i: i[0]])
def test_inputs_are_not_data(what: Callable[[Any], Any]) -> None:
    """AR-01."""
    with pytest.raises(pytest.fail.Exception, match="an input of a join cannot be saved as an artifact"):
        join(lambda self, inputs: what(inputs))


def test_merge_passes_references() -> None:
    """FL-12: by content hash, private names too, no value loaded."""
    bench, ctx = join(lambda self, inputs: self.merge_artifacts(inputs, exclude=["x"]))
    assert set(ctx.inherited) == {"common", "only_a", "_hidden"}
    assert ctx.loads == []
    assert bench.value(ctx, "common") == [1, 2]


def test_merged_values_can_be_read_and_changed() -> None:
    """FL-12, AR-02."""

    def change(self: Any, inputs: Any) -> object:
        self.merge_artifacts(inputs, exclude=["x"])
        self.common.append(3)
        return self.only_a

    bench, ctx = join(change)
    assert bench.value(ctx, "common") == [1, 2, 3]
    assert "common" not in ctx.inherited


def test_what_is_set_before_is_not_merged() -> None:
    """FL-12."""

    def set_first(self: Any, inputs: Any) -> None:
        self.x = 3
        self.merge_artifacts(inputs)

    bench, ctx = join(set_first)
    assert (bench.value(ctx, "x"), "only_a" in ctx.inherited) == (3, True)


def caught(kind: type[MetaflowException], do: Body) -> tuple[Any, MemoryContext]:
    found: list[Any] = []

    def attempt(self: Any, inputs: Any) -> None:
        try:
            do(self, inputs)
        except MetaflowException as error:
            found.append(error)

    _, ctx = join(attempt)
    assert type(found[0]) is kind
    return found[0], ctx


def test_a_conflict_merges_nothing() -> None:
    """FL-12: all or nothing."""
    error, ctx = caught(UnhandledInMergeArtifactsException, lambda self, inputs: self.merge_artifacts(inputs))
    assert error.artifact_names == ["x"]
    assert error.message == "step `j` cannot merge `x`: the inputs have different values"
    assert ctx.inherited == []


def test_include() -> None:
    """FL-12."""
    _, ctx = join(lambda self, inputs: self.merge_artifacts(inputs, include=["common"]))
    assert ctx.inherited == ["common"]
    error, ctx = caught(
        MissingInMergeArtifactsException, lambda self, inputs: self.merge_artifacts(inputs, include=["common", "zz"])
    )
    assert (error.artifact_names, ctx.inherited) == (["zz"], [])
    error, _ = caught(
        MetaflowException, lambda self, inputs: self.merge_artifacts(inputs, include=["x"], exclude=["x"])
    )
    assert error.message == "`exclude` and `include` of `merge_artifacts` are mutually exclusive"


def test_some_of_the_inputs() -> None:
    """FL-12."""
    bench, ctx = join(lambda self, inputs: self.merge_artifacts([inputs.a]))
    assert bench.value(ctx, "x") == 1
    caught(MetaflowException, lambda self, inputs: self.merge_artifacts([1, 2]))


def test_only_in_a_join() -> None:
    """FL-12."""
    with pytest.raises(MissingJoinInMergeArtifactsException, match="`merge_artifacts` can only be called in a join"):
        Joined(use_cli=False).merge_artifacts([])
