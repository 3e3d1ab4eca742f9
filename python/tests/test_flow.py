"""`FlowSpec` itself: attributes, inheritance, `next` (FL-01, FL-17, FL-21, FL-22)."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from spinloom import FlowSpec, Parameter, step
from spinloom.classes import flow_class
from spinloom.exceptions import InvalidNextException, MetaflowException
from tasks import Bench


class Base(FlowSpec):
    size = 3
    table = {"a": 1}
    _quiet = "q"
    alpha = Parameter("alpha", default=1)

    @step
    def start(self) -> None:
        self.next(self.work)

    def helper(self) -> int:
        return self.size

    @property
    def twice(self) -> int:
        return 2 * self.size

    @staticmethod
    def still() -> None: ...

    class Inner: ...


class F(Base):
    size = 4
    colour = "red"
    alpha = Parameter("alpha", default=2)

    @step
    def work(self) -> None:
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def test_what_a_class_consists_of() -> None:
    """FL-01: what bases have counts; FL-21: functions, properties and classes are no constants."""
    found = flow_class(F)
    assert list(found.steps) == ["start", "work", "end"]
    assert {name: parameter.default for name, parameter in found.parameters.items()} == {"alpha": 2}
    assert found.constants == ["size", "table", "colour"]
    assert found.private == ["_quiet"]


def test_constants_are_read_only() -> None:
    """FL-21."""
    flow = F(use_cli=False)
    assert (flow.size, flow.helper(), flow.twice) == (4, 4, 8)
    with pytest.raises(AttributeError, match="`size` cannot be changed: class constants are read-only in a run"):
        flow.size = 5
    with pytest.raises(AttributeError):
        flow.twice = 5  # type: ignore[misc]
    flow._quiet = "other"
    assert flow._quiet == "other"


def test_reserved_names() -> None:
    """FL-22."""
    flow: Any = F(use_cli=False)
    assert (flow.name, flow.index, flow.input, flow.foreach_stack()) == ("F", None, None, [])
    assert flow.script_name == "test_flow.py"
    assert [method.__name__ for method in flow] == ["start", "work", "end"]
    for name in ("index", "input"):
        with pytest.raises(AttributeError):
            setattr(flow, name, 1)
    flow.name = "mine"
    assert flow.name == "mine"


def test_a_missing_attribute() -> None:
    """AR-02."""
    flow = F(use_cli=False)
    with pytest.raises(AttributeError, match="flow `F` has no attribute `nothing`"):
        flow.nothing  # noqa: B018
    assert not hasattr(flow, "nothing")
    with pytest.raises(AttributeError):
        del flow.nothing


def test_a_flow_is_not_data() -> None:
    """AR-01."""
    with pytest.raises(MetaflowException, match="a flow cannot be saved as an artifact"):
        pickle.dumps(F(use_cli=False))


def test_next_notes_the_line() -> None:
    flow = F(use_cli=False)
    flow.start()
    said = flow._spinloom.transition
    assert said is not None
    assert (said.steps, said.foreach, said.file, said.line) == (
        ["work"],
        None,
        __file__,
        Base.start.__code__.co_firstlineno + 2,
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f.next(), "calls `self.next` without a step"),
        (lambda f: f.next(f.helper), "passes `helper` to `self.next`, which is not a step of `F`"),
        (lambda f: f.next("end"), "passes `'end'` to `self.next`, which is not a step of `F`"),
        (lambda f: f.next(f.end, fan="x"), "gives `self.next` an unknown argument `fan`"),
        (lambda f: f.next(f.end, f.work, foreach="x"), "needs one step and the name of an attribute for a foreach"),
        (lambda f: f.next(f.end, foreach=[1]), "needs one step and the name of an attribute for a foreach"),
        (lambda f: f.next(f.end, num_parallel=0), "needs `num_parallel` of at least 1, not 0"),
        (
            lambda f: f.next(f.end, num_parallel="2"),
            "needs a whole number for `num_parallel`, not a value of type `str`",
        ),
        (
            lambda f: f.next(f.end, foreach="xs", num_parallel=2),
            "needs one step, and nothing else, beside `num_parallel`",
        ),
        (lambda f: f.next(f.end, condition="size"), "for a switch"),
        (lambda f: f.next({"x": f.end}, condition="nothing"), "switches on `self.nothing`, which does not exist"),
        (lambda f: f.next({True: f.end}, condition="one"), "whose value 1 is none of its cases: True"),
    ],
)
def test_wrong_transitions(call: Any, message: str) -> None:
    """FL-17; FL-13 for the switch."""
    flow: Any = F(use_cli=False)
    flow.one = 1
    with pytest.raises(InvalidNextException) as caught:
        call(flow)
    assert message in caught.value.message
    assert caught.value.file == __file__


def test_next_twice() -> None:
    """FL-17."""
    flow = F(use_cli=False)
    flow.next(flow.end)
    with pytest.raises(InvalidNextException, match=r"calls `self\.next` a second time; the first is on line"):
        flow.next(flow.end)


def test_a_switch_chooses_by_value() -> None:
    """FL-13."""
    flow = F(use_cli=False)
    flow.next({4: flow.end, 5: flow.work}, condition="size")
    assert flow._spinloom.transition is not None
    assert flow._spinloom.transition.steps == ["end"]


def test_what_a_flows_own_init_sets_is_in_every_task() -> None:
    """FL-01."""

    class Own(F):
        def __init__(self, use_cli: bool = True) -> None:
            self.made = "early"
            super().__init__(use_cli)

    flow = Own(use_cli=False)
    bench = Bench(Own)
    bench.host._template = dict(flow.__dict__)
    assert bench.value(bench.run("start"), "made") == "early"
