"""Configs as Python has them: values, expressions, parsers, and how they travel (PA-09 … PA-12, CD-10)."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import enum
import json
import pickle
import pprint
from typing import Any, Literal

import pytest
from spinloom import Config, ConfigValue, FlowSpec, Parameter, config_expr, environment, resources, schedule, step
from spinloom.configs import parsers, schemas, wire
from spinloom.delayed import is_delayed, settle
from spinloom.exceptions import ConfigError, InvalidDecoratorAttribute, ParameterFieldTypeMismatch
from spinloom.host import FlowHost

VALUE = {"a": {"b": [1, {"c": 2}]}, "text": "x", "items": 3}


def twice(number: int) -> int:
    return number * 2


def configured(flow: type, **values: Any) -> FlowHost:
    """A host of `flow` whose configs have their values."""
    host = FlowHost(flow)
    host.configure(json.dumps({name: wire.encode(value) for name, value in values.items()}))
    return host


def test_a_value_is_a_mapping_with_attributes() -> None:
    """PA-10."""
    value = ConfigValue(VALUE)
    assert value.a.b[1].c == value["a"]["b"][1]["c"] == 2
    assert {**value} == dict(value) == VALUE == value.to_dict()
    assert type(value.to_dict()["a"]["b"][1]) is dict
    assert json.loads(json.dumps(value)) == VALUE
    assert pprint.pformat(value) == pprint.pformat(VALUE)
    assert value["items"] == 3 and callable(value.items)
    with pytest.raises(KeyError, match="nothing"):
        value["nothing"]
    with pytest.raises(AttributeError, match="no key `nothing`; its keys: `a`, `text`, `items`"):
        value.nothing  # noqa: B018


def test_a_value_is_the_same_elsewhere() -> None:
    value = ConfigValue(VALUE)
    for again in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value), copy.copy(value), value.copy()):
        assert type(again) is ConfigValue and type(again.a.b[1]) is ConfigValue and again == value


@pytest.mark.parametrize(
    "change",
    [
        lambda value: setattr(value, "a", 1),
        lambda value: delattr(value, "a"),
        lambda value: value.__setitem__("a", 1),
        lambda value: value.__delitem__("a"),
        lambda value: value.update(a=1),
        lambda value: value.pop("a"),
        lambda value: value.popitem(),
        lambda value: value.setdefault("z", 1),
        lambda value: value.clear(),
        lambda value: value.__ior__({"z": 1}),
        lambda value: setattr(value.a, "b", 1),
    ],
)
def test_a_value_cannot_be_changed(change: Any) -> None:
    """PA-10."""
    value = ConfigValue(VALUE)
    with pytest.raises(TypeError, match="cannot be changed"):
        change(value)
    assert value == VALUE


def test_expressions_wait_for_values() -> None:
    """PA-12, CD-10."""
    cfg = Config("cfg")
    names = {"cfg": ConfigValue(VALUE)}
    for expression, wanted in [
        (cfg, VALUE),
        (cfg.a.b[1].c, 2),
        (cfg["a"]["b"], VALUE["a"]["b"]),  # type: ignore[index]
        (config_expr("cfg.a.b[1].c"), 2),
        (config_expr("cfg").a.b[0], 1),
        (config_expr("twice(cfg.a.b[0]) + len(cfg)"), 5),
        (config_expr("[x for x in cfg.a.b if x != cfg.a.b[1]]"), [1]),
        (config_expr("cfg.text.upper()"), "X"),
        ({"k": [cfg.text, 1], **cfg.a}, {"k": ["x", 1], **VALUE["a"]}),  # type: ignore[dict-item]
        ((cfg.text, {"x": (cfg["items"],)}), ("x", {"x": (3,)})),
    ]:
        assert is_delayed(expression)
        assert settle(expression, names) == wanted


@pytest.mark.parametrize(
    ("make", "what", "hints"),
    [
        (lambda cfg: cfg.txt, "`cfg.txt` has no value: there is no key `txt`", ["did you mean `text`?"]),
        (lambda cfg: cfg["a"]["z"], "`cfg['a']['z']` has no value: there is no key `z`", ["there are `b`"]),
        (lambda cfg: config_expr("cgf.a"), "`cgf.a` has no value: name 'cgf' is not defined", ["did you mean `cfg`?"]),
        (lambda cfg: config_expr("1 / 0"), "`1 / 0` has no value: division by zero", []),
        (lambda cfg: config_expr("cfg."), "`cfg.` has no value: invalid syntax (<string>, line 1)", []),
    ],
)
def test_an_expression_without_a_value(make: Any, what: str, hints: list[str]) -> None:
    expression = make(Config("cfg"))
    with pytest.raises(ConfigError) as raised:
        settle(expression, {"cfg": ConfigValue(VALUE)})
    assert raised.value.message == what
    assert raised.value.hints[: len(hints)] == hints
    assert raised.value.file == __file__ and raised.value.line


@schedule(cron=config_expr("c.cron"))
class Configured(FlowSpec):
    c = Config("c")
    number = Parameter("number", default=c.number)
    constant = c.text

    @resources(cpu=c.number, **config_expr("dict(memory=twice(c.number))"))
    @environment(vars={**c.env, "TEXT": c.text})
    @step
    def start(self):
        self.next({self.c.text: self.end, "y": self.end, self.c["number"]: self.end}, condition="which")

    @step
    def end(self):
        pass


CONFIGURED = {"number": 2, "text": "x", "env": {"A": "b"}, "cron": "0 3 * * *"}


def test_everything_of_a_flow_is_settled() -> None:
    """PA-12: decorators of steps and flow, parameters, constants, cases of a switch."""
    host = configured(Configured, c=CONFIGURED)
    document = host.document()
    start = document["steps"][0]
    attributes = {one["name"]: one["attributes"] for one in [*start["decorators"], *document["decorators"]]}
    assert attributes["resources"]["cpu"] == 2 and attributes["resources"]["memory"] == 4
    assert attributes["environment"] == {"vars": {"A": "b", "TEXT": "x"}}
    assert attributes["schedule"]["cron"] == "0 3 * * *"
    assert [key for key, _ in start["tail"]["cases"]] == ["x", "y", 2]
    assert document["parameters"][0]["default"] == 2 and document["parameters"][0]["type"] == "int"
    assert Configured.constant == "x" and Configured.c == CONFIGURED


def test_values_are_handed_on() -> None:
    """PA-13: a fresh interpreter is told the values."""

    class Flow(FlowSpec):
        c = Config("c")

        @resources(cpu=c.cpu)
        @step
        def start(self):
            self.next(self.end)

        @step
        def end(self):
            pass

    told = configured(Flow, c={"cpu": 3}).handed_on()
    Flow.__dict__["c"]._value = Config("other")._value  # as in a fresh interpreter
    again = FlowHost(Flow)
    again.take_over(told)
    assert again.step_document("start")["decorators"][0]["attributes"]["cpu"] == 3
    assert Flow.c == {"cpu": 3}


def test_a_flow_can_be_described_before() -> None:
    class Flow(FlowSpec):
        c = Config("c")
        number = Parameter("number", default=c.number)

        @resources(cpu=c.cpu)
        @step
        def start(self):
            self.next({self.c.one: self.end, "y": self.end}, condition="which")

        @step
        def end(self):
            pass

    document = FlowHost(Flow).document()
    assert document["steps"][0]["decorators"][0]["attributes"] == {"cpu": "c.cpu"}
    assert document["steps"][0]["tail"]["cases"][0] == ["self.c.one", "end"]
    assert document["parameters"][0]["default_kind"] == "function"


def test_a_value_that_does_not_fit_is_refused_where_it_is_used() -> None:
    class Flow(FlowSpec):
        c = Config("c")

        @resources(cpu=c.cpu)
        @step
        def start(self):
            pass

    class Other(FlowSpec):
        c = Config("c")
        number = Parameter("number", type=int, default=c.cpu)

    with pytest.raises(InvalidDecoratorAttribute, match="needs a number of at least 0 for `cpu`, not `'many'`"):
        configured(Flow, c={"cpu": "many"})
    with pytest.raises(ParameterFieldTypeMismatch, match="is `'many'`, which is not an integer"):
        configured(Other, c={"cpu": "many"})


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"default": "a", "default_value": {}}, "has both a `default` and a `default_value`"),
        ({"parser": 3}, "has the parser `3`"),
        ({"defualt": "a"}, "does not support the attribute `defualt`"),
    ],
)
def test_declarations_that_mean_nothing(arguments: dict[str, Any], what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        Config("c", **arguments)


def test_configs_are_read_only_in_steps() -> None:
    flow = Configured(use_cli=False)
    with pytest.raises(AttributeError, match="read-only"):
        flow.c = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    "value",
    [
        VALUE,
        {"day": datetime.date(2026, 11, 27), "large": 2**70, "nan": float("inf"), "tuple": [1.5, None, True]},
        {"$int": "3"},
        {"$object": {"$python": 1}},
        [1, "x"],
        b"bytes",
    ],
)
def test_values_travel_as_json(value: Any) -> None:
    assert wire.decode(json.loads(json.dumps(wire.encode(value)))) == value


def test_keys_become_text_as_in_json() -> None:
    keys = {1: "a", False: "b", None: "c", 1.5: "d"}
    assert wire.encode(keys) == json.loads(json.dumps(keys))


def test_packages_of_requirements() -> None:
    """PA-11."""
    text = "# c\nnumpy==1.26.4\npandas>=2,<3 # c\n\nscipy\nbrush[a, b]==1\noil (>1)\nx @ https://e.org/x.whl\npython>=3.9\n"
    packages = {
        "numpy": "1.26.4",
        "pandas": "<3,>=2",
        "scipy": "",
        "brush[a,b]": "1",
        "oil": ">1",
        "x@https://e.org/x.whl": "",
    }
    assert parsers.requirements_txt_parser(text) == {"packages": packages, "python": ">=3.9"}


@pytest.mark.parametrize("line", ["-r other.txt", "-e .", "a>=1;", "a#b", "a==1; python_version<'3'", "git+https://x"])
def test_requirements_that_cannot_be_used(line: str) -> None:
    with pytest.raises(ConfigError, match="`"):
        parsers.requirements_txt_parser(line)


def test_packages_of_a_project() -> None:
    text = '[project]\nrequires-python = "==3.9"\ndependencies = ["numpy==1", "x[e]>1"]\n'
    assert parsers.pyproject_toml_parser(text) == {"packages": {"numpy": "1", "x[e]": ">1"}, "python": "3.9"}
    assert parsers.pyproject_toml_parser("a = 1") == {"packages": {}, "python": None}


def test_packages_of_conda() -> None:
    text = (
        "name: x\ndependencies:\n- python=3.9\n- numpy=1.2 # c\n- c >=1,<2\n- d ==2.*\n- e=1=py_0\n\n- f\nprefix: /x\n"
    )
    packages = {"numpy": "1.2", "c": ">=1,<2", "d": "2.*", "e": "1=py_0", "f": ""}
    assert parsers.conda_environment_yml_parser(text) == {"packages": packages, "python": "3.9"}
    for line in ("numpy 1.2", "conda-forge::q=1", "pip:"):
        with pytest.raises(ConfigError, match=line):
            parsers.conda_environment_yml_parser(f"dependencies:\n- {line}\n")


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Layer:
    units: int
    dropout: float = 0.5


@dataclasses.dataclass
class Settings:
    name: str
    layers: list[Layer]
    colour: Colour = Colour.RED
    kind: Literal["a", "b"] = "a"
    note: str | None = None
    first: Layer = dataclasses.field(default_factory=lambda: Layer(1))
    sizes: dict[str, int] = dataclasses.field(default_factory=dict)


def test_a_dataclass_is_described_as_a_json_schema() -> None:
    described = schemas.described(Config("c", schema=Settings)._declared)
    schema = described["schema"]
    layer = {
        "type": "object",
        "properties": {"units": {"type": "integer"}, "dropout": {"type": "number", "default": 0.5}},
        "required": ["units"],
        "additionalProperties": False,
    }
    assert described["name"] == "Settings" and schema["required"] == ["name", "layers"]
    assert schema["properties"] == {
        "name": {"type": "string"},
        "layers": {"type": "array", "items": layer},
        "colour": {"enum": ["red"], "default": "red"},
        "kind": {"enum": ["a", "b"], "default": "a"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "first": {**layer, "default": {"units": 1, "dropout": 0.5}},
        "sizes": {"type": "object", "additionalProperties": {"type": "integer"}, "default": {}},
    }


def test_a_schema_that_is_none() -> None:
    with pytest.raises(ConfigError, match="has the schema `3`"):
        schemas.described(Config("c", schema=3)._declared)


def test_a_pydantic_model_checks_and_fills_in() -> None:
    import pydantic

    class Network(pydantic.BaseModel):
        units: int
        rate: float = 0.1

    class Model(pydantic.BaseModel):
        network: Network

    config = Config("c", schema=Model)._declared
    assert schemas.described(config) == {"kind": "model", "name": "Model"}
    assert schemas.check(config, {"network": {"units": "3"}}) == {"value": {"network": {"units": 3, "rate": 0.1}}}
    problems = schemas.check(config, {"network": {"units": "x"}})["problems"]
    assert [one["path"] for one in problems] == [["network", "units"]]
    assert "valid integer" in problems[0]["message"]
