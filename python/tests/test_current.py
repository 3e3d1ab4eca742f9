"""`current` (CU-01, CU-02)."""

from __future__ import annotations

import pytest
from spinloom import FlowSpec, Parameter, current, step
from tasks import Bench

FACTS = [
    "flow_name",
    "run_id",
    "step_name",
    "task_id",
    "retry_count",
    "origin_run_id",
    "pathspec",
    "namespace",
    "username",
    "tags",
    "tempdir",
    "is_running_flow",
    "parameter_names",
]


class F(FlowSpec):
    rate = Parameter("learning-rate", default=1)

    @step
    def start(self) -> None:
        self.facts = {name: getattr(current, name) for name in FACTS}
        self.graphs = (current.graph, current.graph_info)
        self.inside = ("run_id" in current, "origin_run_id" in current, "card" in current, current.get("card", 5))


def test_in_a_step() -> None:
    """CU-01: ids are text, `tags` those of the launch."""
    bench = Bench(F)
    ctx = bench.run("start", attempt=2, attempts=3)
    assert bench.value(ctx, "facts") == {
        "flow_name": "F",
        "run_id": "7",
        "step_name": "start",
        "task_id": "1",
        "retry_count": 2,
        "origin_run_id": None,
        "pathspec": "F/7/start/1",
        "namespace": "user:ann",
        "username": "ann",
        "tags": {"blue"},
        "tempdir": ".",
        "is_running_flow": True,
        "parameter_names": ["rate"],
    }
    assert bench.value(ctx, "graphs") == ({"steps": ["start"]}, {"steps": ["start"]})
    assert bench.value(ctx, "inside") == (True, False, False, 5)


def test_outside_a_flow() -> None:
    """CU-01."""
    assert current.is_running_flow is False
    empty = {name: getattr(current, name) for name in [*FACTS, "task", "run", "graph", "graph_info"]}
    assert {name: value for name, value in empty.items() if value} == {}
    assert "run_id" not in current


def test_what_is_not_there() -> None:
    """CU-02."""
    with pytest.raises(
        AttributeError, match="`current` has no attribute `trigger`: it is there in a flow with `@trigger`"
    ):
        current.trigger  # noqa: B018
    with pytest.raises(AttributeError, match=r"`project_name`: it is there in a flow with `@project\(name=…\)`"):
        current.project_name  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute `run_di`; did you mean `run_id`\?"):
        current.run_di  # noqa: B018
    assert "card" not in current
    assert current.get("card") is None
    assert set(FACTS) <= set(dir(current))


def test_a_task_that_cannot_be_read_is_none() -> None:
    """CU-01: the store of the bench does not exist."""
    Bench(F).run("start")
    assert (current.task, current.run) == (None, None)
