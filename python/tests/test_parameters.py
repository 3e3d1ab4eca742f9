"""Parameters: declared (PA-01…04), called for defaults (PA-03), read in steps (PA-01)."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from spinloom import FlowSpec, JSONType, Parameter, step
from spinloom.exceptions import ParameterFieldFailed, ParameterFieldTypeMismatch
from spinloom.host import FlowHost
from tasks import Bench


@pytest.mark.parametrize(
    ("given", "kind", "default"),
    [
        ({}, "str", None),
        ({"default": 1}, "int", 1),
        ({"default": True}, "bool", True),
        ({"default": 0.5}, "float", 0.5),
        ({"default": "x"}, "str", "x"),
        ({"default": {"a": [1]}}, "json", {"a": [1]}),
        ({"default": [1, 2]}, "json", [1, 2]),
        ({"default": '{"a": 1}', "type": JSONType}, "json", {"a": 1}),
        ({"default": 1, "type": float}, "float", 1.0),
        ({"default": 2.0}, "float", 2.0),
        ({"default": 2.0, "type": int}, "int", 2),
        ({"default": "1", "type": int}, "int", 1),
        ({"default": None, "type": int}, "int", None),
        ({"default": 2**80}, "int", {"$int": str(2**80)}),
        ({"default": math.inf}, "float", {"$float": "inf"}),
        ({"default": "a,b", "separator": ","}, "str", "a,b"),
    ],
)
def test_types_and_defaults(given: dict[str, Any], kind: str, default: object) -> None:
    """PA-01, PA-02: the type is that of the default."""
    document = Parameter("p", **given).document()
    assert (document["type"], document["default"]) == (kind, default)
    assert type(document["default"]) is type(default)
    assert document["default_kind"] == ("none" if default is None else "value")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "tag"}, "parameter `tag` has a name that is reserved"),
        ({"name": "run_id"}, "parameter `run_id` has a name that is reserved"),
        ({"name": "p q"}, "parameter `p q` has a name that is not made of letters, digits, `_` and `-`"),
        (
            {"name": "p", "type": set},
            "parameter `p` has the type `set`, which parameters cannot have",
        ),
        (
            {"name": "p", "separator": ",", "default": 1},
            "parameter `p` has a `separator`, which only a parameter of type `str` can have",
        ),
        (
            {"name": "p", "chioce": 1},
            "parameter `p` does not support the attribute `chioce`; these are supported: "
            "name, default, type, help, required, show_default, separator, choices, min, max",
        ),
    ],
)
def test_wrong_declarations(arguments: dict[str, Any], message: str) -> None:
    """PA-04."""
    with pytest.raises(ParameterFieldFailed) as caught:
        Parameter(**arguments)
    assert caught.value.message == message
    assert (caught.value.file, caught.value.code) == (__file__, "SL0103")
    assert caught.value.line == caught.tb.tb_lineno


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"default": "x", "type": int}, "an integer"),
        ({"default": 1.5, "type": int}, "an integer"),
        ({"default": "{bad", "type": JSONType}, "JSON"),
        ({"default": "maybe", "type": bool}, "a boolean"),
        ({"default": {1: 2}}, "JSON"),
    ],
)
def test_defaults_of_the_wrong_type(given: dict[str, Any], wanted: str) -> None:
    """PA-02: errors name the parameter."""
    with pytest.raises(ParameterFieldTypeMismatch, match=f"the default of parameter `p` is .* which is not {wanted}"):
        Parameter("p", **given)


def test_required_without_a_default_only() -> None:
    assert Parameter("p", required=True).document()["required"] is True
    assert Parameter("p", required=True, default=3).document()["required"] is False


def test_names_that_cannot_be_told_apart() -> None:
    """PA-04: case, dash and underscore."""

    class F(FlowSpec):
        one = Parameter("a-b")
        two = Parameter("A_B")

    with pytest.raises(ParameterFieldFailed, match="parameter `A_B` is too like parameter `a-b`"):
        FlowHost(F).flow_graph()


class Deployed(FlowSpec):
    who = Parameter("who", default=lambda ctx: f"{ctx.user_name} {ctx.flow_name} {ctx.parameter_name} {ctx.ds_type}")
    size = Parameter("size", default=lambda ctx: 2**70, type=int)
    wrong = Parameter("wrong", default=lambda ctx: 5, type=str)
    broken = Parameter("broken", default=lambda ctx: {}["nothing"])


def test_deploy_time_defaults() -> None:
    """PA-03."""
    host = FlowHost(Deployed)
    kinds = {parameter["name"]: parameter["default_kind"] for parameter in host.document()["parameters"]}
    assert set(kinds.values()) == {"function"}
    answer = json.loads(host.defaults('["who", "size"]', '{"user_name": "ann", "ds_type": "local"}'))
    assert answer == {"who": "ann Deployed who local", "size": {"$int": str(2**70)}}


def test_deploy_time_defaults_are_checked() -> None:
    """PA-03: the value is type-checked; what the function raises is the user's."""
    host = FlowHost(Deployed)
    message = "the value returned by the deploy-time default of parameter `wrong` is `5`, which is not a string"
    with pytest.raises(ParameterFieldTypeMismatch, match=message):
        host.defaults('["wrong"]', "{}")
    with pytest.raises(KeyError):
        host.defaults('["broken"]', "{}")


class Reading(FlowSpec):
    rate = Parameter("learning-rate", default=0.5)
    big = Parameter("big", default=0)
    data = Parameter("data", type=JSONType)

    @step
    def start(self) -> None:
        self.seen = (self.rate, self.big, self.data)
        self.errors = []
        for change in (lambda: setattr(self, "rate", 1), lambda: delattr(self, "rate")):
            try:
                change()
            except AttributeError as error:
                self.errors.append(str(error))
        self.next(self.end)

    @step
    def end(self) -> None:
        pass


def test_values_in_a_step() -> None:
    """PA-01: read-only; PA-07: kept once for the run, under the attribute's name."""
    bench = Bench(Reading, {"learning-rate": 0.1, "big": {"$int": str(2**70)}, "data": {"a": [None]}})
    ctx = bench.run("start")
    assert bench.value(ctx, "seen") == (0.1, 2**70, {"a": [None]})
    assert bench.value(ctx, "errors") == [
        "parameter `rate` cannot be changed: parameters are read-only in a run",
        "parameter `rate` cannot be deleted: parameters are read-only in a run",
    ]
    assert "rate" not in ctx.saved
    assert "rate" in bench.manifests["base"]


def test_outside_a_run_a_parameter_has_its_default() -> None:
    assert Reading(use_cli=False).rate == 0.5
    assert isinstance(Reading.rate, Parameter)
