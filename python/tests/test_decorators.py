"""Step decorators: records with checked attributes (DE-01…06, DE-20), added by `--with` (RU-13)."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import Any

import pytest
from spinloom import FlowSpec, catch, environment, resources, retry, step, timeout
from spinloom.exceptions import InvalidDecorator, InvalidDecoratorAttribute
from spinloom.host import FlowHost


def attributes(function: Any) -> dict[str, Any]:
    return {record.name: record.attributes for record in function.decorators}


def test_forms_and_defaults() -> None:
    @retry
    @timeout(minutes=1, seconds=5)
    @catch(var="why")
    @resources(memory=1000)
    @environment(vars={"A": 5, "B": None})
    @step
    def work(self: object) -> None: ...

    assert attributes(work) == {
        "retry": {"times": 3, "minutes_between_retries": 2},
        "timeout": {"seconds": 5, "minutes": 1, "hours": 0},
        "catch": {"var": "why", "print_exception": True},
        "resources": {"cpu": 1, "gpu": None, "disk": None, "memory": 1000, "shared_memory": None},
        "environment": {"vars": {"A": "5", "B": "None"}},
    }
    assert list(attributes(work)) == ["retry", "timeout", "catch", "resources", "environment"], "outermost first"


def test_records_are_frozen() -> None:
    @retry
    @step
    def work(self: object) -> None: ...

    with pytest.raises(AttributeError, match="`@retry` is a record and cannot be changed"):
        work.decorators[0].attributes = {}  # type: ignore[attr-defined]


def test_an_unknown_attribute_lists_the_valid_ones_at_the_users_line() -> None:
    """DE-20."""
    with pytest.raises(InvalidDecoratorAttribute) as caught:
        retry(tmes=2)
    error = caught.value
    assert (
        error.message
        == "`@retry` does not support the attribute `tmes`; these are supported: times, minutes_between_retries"
    )
    assert error.hints == ["did you mean `times`?"]
    assert (error.file, error.line, error.code) == (__file__, caught.tb.tb_lineno, "SL0104")


@pytest.mark.parametrize(
    ("decorator", "given", "message"),
    [
        (retry, {"times": "a"}, "`@retry` needs a whole number of at least 0 for `times`, not `'a'`"),
        (retry, {"times": -1}, "`@retry` needs a whole number of at least 0 for `times`, not `-1`"),
        (retry, {"times": 1.5}, "`@retry` needs a whole number of at least 0 for `times`, not `1.5`"),
        (timeout, {}, "`@timeout` has no duration"),
        (timeout, {"seconds": float("nan")}, "`@timeout` needs a number of at least 0 for `seconds`, not `nan`"),
        (catch, {"var": "a b"}, "`@catch` needs the name of an attribute for `var`, not `'a b'`"),
        (environment, {"vars": 3}, "`@environment` needs a dictionary for `vars`, not `3`"),
        (environment, {"vars": {"A=": 1}}, "`@environment` cannot set a variable of the name `'A='`"),
        (resources, {"cpu": True}, "`@resources` needs a number of at least 0 for `cpu`, not `True`"),
    ],
)
def test_bad_values(decorator: Any, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidDecoratorAttribute) as caught:
        decorator(**given)
    assert caught.value.message == message


def test_step_is_the_innermost_decorator() -> None:
    """FL-02."""
    with pytest.raises(InvalidDecorator, match="`@retry` is put on `work`, which is not a step") as caught:

        @step
        @retry
        def work(self: object) -> None: ...

    assert caught.value.hints == ["put `@step` on the line just above `def`, and the other decorators above it"]


def test_attributes_are_named() -> None:
    with pytest.raises(InvalidDecorator, match="`@retry` is put on `3`") as caught:
        retry(3)
    assert caught.value.hints == ["name the attribute, such as `@retry(times=…)`"]


def test_twice_is_an_error() -> None:
    with pytest.raises(InvalidDecorator, match="step `work` has `@retry` twice"):

        @retry
        @retry(times=1)
        @step
        def work(self: object) -> None: ...


def test_step_wants_a_method() -> None:
    with pytest.raises(InvalidDecorator, match="`@step` is put on"):
        step(3)  # type: ignore[call-overload]


class F(FlowSpec):
    @retry(times=1)
    @step
    def start(self) -> None:
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def attached(*specs: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    document = json.loads(FlowHost(F).attach(json.dumps(specs)))
    return {step["name"]: step["decorators"] for step in document["steps"]}


def test_with_adds_where_there_is_none() -> None:
    """RU-13: the decorator in the file wins."""
    found = attached({"name": "retry", "attributes": {"times": 4}})
    assert [(d["attributes"]["times"], d["statically_defined"]) for d in found["start"]] == [(1, True)]
    assert [(d["attributes"]["times"], d["statically_defined"], d["line"]) for d in found["end"]] == [(4, False, 0)]
    assert F.end.decorators == [], "the class itself is not changed"  # type: ignore[attr-defined]


def test_with_takes_an_import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """RU-13."""
    module = ModuleType("mine")
    module.__dict__.update(again=retry, plain=lambda f: f)
    monkeypatch.setitem(sys.modules, "mine", module)
    assert [d["name"] for d in attached({"name": "mine.again"})["end"]] == ["retry"]
    with pytest.raises(InvalidDecorator, match=r"`mine\.plain` is not a step decorator of Spinloom"):
        attached({"name": "mine.plain"})
    with pytest.raises(InvalidDecorator, match=r"decorator `mine\.none` cannot be imported"):
        attached({"name": "mine.none"})


def test_with_an_unknown_name() -> None:
    with pytest.raises(InvalidDecorator, match="there is no step decorator `rety`") as caught:
        attached({"name": "rety"})
    assert caught.value.hints == ["did you mean `retry`?"]
    with pytest.raises(InvalidDecoratorAttribute, match="`@retry` does not support the attribute `x`"):
        attached({"name": "retry", "attributes": {"x": 1}})


def test_catch_is_refused_on_a_split() -> None:
    """DE-02."""

    class Splits(FlowSpec):
        @catch
        @step
        def start(self) -> None:
            self.next(self.end, foreach="xs")

        @step
        def end(self) -> None:
            pass

    with pytest.raises(InvalidDecorator, match="step `start` has `@catch` but splits by foreach") as caught:
        FlowHost(Splits).flow_graph()
    assert caught.value.file == __file__
