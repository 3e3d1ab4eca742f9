"""What a task saves (AR-01, AR-02, AR-03, AR-07, AR-11, FL-21, FL-22)."""

from __future__ import annotations

from typing import Any

import pytest
from spinloom import FlowSpec, step
from spinloom.worker.persist import DEFAULTS
from spinloom.worker.pickling import OUT_OF_BAND, dump, load
from tasks import Bench, MemoryContext


class Artifacts(FlowSpec):
    table = [1, 2]
    _private_of_class = 3

    @property
    def made_up(self) -> int:
        return 1

    @step
    def start(self) -> None:
        self.number = 5
        self.items = [1]
        self.text = "unread"
        self._hidden = 9
        self.function = lambda: 1
        self.method = self.helper
        self.kind = Artifacts
        self.name = "mine"
        self.table.append(3)
        self._private_of_class = 4
        self.next(self.middle)

    def helper(self) -> None: ...

    @step
    def middle(self) -> None:
        self.seen = (self.number, list(self.items), self._hidden, self.name, self._private_of_class)
        self.items.append(2)
        del self.number
        self.next(self.end)

    @step
    def end(self) -> None:
        self.all = (self.number, self.items, self.text, hasattr(self, "function"), hasattr(self, "method"))


@pytest.fixture
def bench() -> Bench:
    Artifacts.table[:] = [1, 2]
    return Bench(Artifacts)


def public(ctx: MemoryContext) -> set[str]:
    return {name for name in ctx.saved if not name.startswith("_")}


def test_every_value_on_the_instance_but_functions(bench: Bench) -> None:
    """AR-01: functions and methods are silently not saved, classes and private names are."""
    start = bench.run("start")
    assert start.result == {"ok": True, "next": {"steps": ["middle"], "foreach": None}}
    assert public(start) == {"number", "items", "text", "kind", "name"}
    assert {"_hidden", "_private_of_class"} <= set(start.saved)
    assert bench.value(start, "name") == "mine"


def test_loaded_changed_deleted_unread(bench: Bench) -> None:
    """AR-01: a deleted name comes back; AR-02: a change in place is saved, the unread passed on by reference."""
    start = bench.run("start")
    middle = bench.run("middle", start)
    assert bench.value(middle, "items") == [1, 2]
    assert {"number", "text", "kind"} <= set(middle.inherited)
    assert "items" not in middle.inherited
    assert (0, "text") not in middle.loads, "an unread artifact is never loaded"
    end = bench.run("end", middle)
    assert bench.value(end, "all") == (5, [1, 2], "unread", False, False)
    assert end.result == {"ok": True, "next": None}


def test_read_but_immutable_is_inherited(bench: Bench) -> None:
    """AR-02: an integer that was only read needs no new pickle."""
    end = bench.run("end", bench.run("middle", bench.run("start")))
    assert {"number", "text"} <= set(end.inherited)


def test_names_that_belong_to_the_class_or_the_run(bench: Bench) -> None:
    """FL-22: `name` is reset; FL-21: a constant changed in place does not travel, nor does one shadowed."""
    start = bench.run("start")
    middle = bench.run("middle", start)
    assert bench.value(middle, "seen") == (5, [1], 9, "Artifacts", 3)
    assert bench.value(middle, "name") == "Artifacts"
    assert bench.value(middle, "table") == [1, 2], "the value at the start of the run"
    assert not {"name", "table", "_private_of_class"} & set(middle.saved)


def test_internal_artifacts(bench: Bench) -> None:
    """AR-11: readable for every task, stored by few."""
    start = bench.run("start")
    internal = {name for name in start.saved if name.startswith("_")} - {"_hidden", "_private_of_class"}
    assert internal == {"_current_step", "_transition"}
    expected = {**DEFAULTS, "_current_step": "start", "_transition": (["middle"], None)}
    assert {name: bench.value(start, name) for name in expected} == expected
    assert bench.value(bench.run("end", bench.run("middle", start)), "_transition") is None
    assert bench.value(start, "_graph_info") == {"steps": ["start", "middle", "end"]}


def test_a_task_that_does_nothing_saves_next_to_nothing() -> None:
    class Idle(FlowSpec):
        @step
        def start(self) -> None:
            self.next(self.end)

        @step
        def end(self) -> None:
            pass

    bench = Bench(Idle)
    ctx = bench.run("end", bench.run("start"))
    assert (set(ctx.saved), ctx.loads) == ({"_current_step", "_transition"}, [])


class Failing(FlowSpec):
    how = "plain"

    @step
    def start(self) -> None:
        self.before = 1
        self.bad = (item for item in [1]) if self.how == "generator" else self if self.how == "flow" else 0
        self.after = 2
        if self.how == "plain":
            raise ValueError("no")
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def failing(monkeypatch: pytest.MonkeyPatch, how: str) -> tuple[Bench, MemoryContext, dict[str, Any]]:
    monkeypatch.setattr(Failing, "how", how)
    bench = Bench(Failing)
    ctx = bench.run("start")
    assert ctx.result is not None and ctx.result["ok"] is False
    return bench, ctx, ctx.result["failure"]


def test_artifacts_of_a_failed_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """AR-03."""
    bench, ctx, _ = failing(monkeypatch, "plain")
    assert (bench.value(ctx, "before"), bench.value(ctx, "after")) == (1, 2)
    assert (bench.value(ctx, "_success"), bench.value(ctx, "_task_ok")) == (False, False)
    wrapper = bench.value(ctx, "_exception")
    assert (wrapper.type, wrapper.exception) == ("builtins.ValueError", "no")
    assert 'raise ValueError("no")' in wrapper.stacktrace


def test_a_value_that_cannot_be_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    """AR-01: the error names the artifact, its type and the step; the others are saved."""
    bench, ctx, failure = failing(monkeypatch, "generator")
    assert failure["kind"] == "UnpicklableArtifactException"
    expected = "artifact `bad` of step `start` cannot be saved: a value of type `generator` cannot be pickled"
    assert failure["message"].startswith(expected)
    assert (failure["file"], failure["line"]) == (__file__, Failing.start.__code__.co_firstlineno + 3)
    assert (bench.value(ctx, "before"), bench.value(ctx, "after")) == (1, 2)


def test_the_flow_itself_cannot_be_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """AR-01."""
    _, _, failure = failing(monkeypatch, "flow")
    assert "a flow cannot be saved as an artifact" in failure["message"]


def test_big_buffers_travel_beside_the_stream() -> None:
    numpy = pytest.importorskip("numpy")
    big = numpy.arange(OUT_OF_BAND, dtype="float64")
    for array in (big, numpy.asfortranarray(big.reshape(256, -1))):
        stream, buffers = dump({"x": array})
        assert [len(buffer) for buffer in buffers] == [array.nbytes]
        assert len(stream) < 1000
        again = load(stream, [bytearray(buffer) for buffer in buffers])["x"]
        again[...] += 1  # writable
        assert (again == array + 1).all()
    stream, buffers = dump(numpy.arange(3))
    assert (buffers, list(load(stream, []))) == ([], [0, 1, 2])


def test_a_constant_that_cannot_be_saved_is_told() -> None:
    """FL-21."""

    class Bad(FlowSpec):
        lock = (item for item in [1])

        @step
        def start(self) -> None:
            pass

    from spinloom.exceptions import UnpicklableArtifactException

    with pytest.raises(UnpicklableArtifactException, match="class attribute `lock` of `Bad` cannot be saved"):
        Bench(Bad)
