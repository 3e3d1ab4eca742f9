"""Parameters of types beyond Metaflow's: declared, described, read in steps as real values."""

from __future__ import annotations

import datetime
import enum
import json
import pathlib
from typing import Any, Literal

import pydantic
import pytest
from spinloom import FlowSpec, Parameter, step
from spinloom.exceptions import ParameterFieldFailed, ParameterFieldTypeMismatch
from spinloom.host import FlowHost
from spinloom.runner.values import as_text
from tasks import Bench


class Weather(enum.Enum):
    DRY = "dry"
    WET = 2


class Layer(pydantic.BaseModel):
    size: pydantic.PositiveInt


class Network(pydantic.BaseModel):
    layers: list[Layer]


DAY = datetime.date(2026, 3, 1)
NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


def document(**arguments: Any) -> dict[str, Any]:
    whole = Parameter("p", **arguments).document()
    return {key: whole[key] for key in ("type", "default", "choices", "synonyms", "min", "max", "item") if key in whole}


@pytest.mark.parametrize(
    ("arguments", "described"),
    [
        ({"default": DAY}, {"type": "date", "default": "2026-03-01"}),
        ({"default": NOON}, {"type": "datetime", "default": "2026-03-01T12:00:00+00:00"}),
        ({"type": datetime.datetime, "default": DAY}, {"type": "datetime", "default": "2026-03-01T00:00:00"}),
        ({"type": datetime.date, "default": "2026-03-01"}, {"type": "date", "default": "2026-03-01"}),
        ({"default": pathlib.Path("a/b")}, {"type": "path", "default": "a/b"}),
        ({"type": pathlib.Path}, {"type": "path", "default": None}),
        (
            {"default": Weather.WET},
            {"type": "enum", "default": "WET", "choices": ["DRY", "WET"], "synonyms": {"dry": "DRY", "2": "WET"}},
        ),
        ({"type": list}, {"type": "list", "default": None}),
        ({"type": list[int], "default": [1]}, {"type": "list", "default": [1], "item": "int"}),
        (
            {"type": list[Literal["a", "b"]], "default": ["a"]},
            {"type": "list", "default": ["a"], "choices": ["a", "b"], "item": "str"},
        ),
        ({"type": Literal[1, 2]}, {"type": "int", "default": None, "choices": [1, 2]}),
        ({"choices": ["a", "b"]}, {"type": "str", "default": None, "choices": ["a", "b"]}),
        ({"default": 1, "min": 0, "max": 5}, {"type": "int", "default": 1, "min": 0, "max": 5}),
        ({"default": DAY, "min": "2026-01-01"}, {"type": "date", "default": "2026-03-01", "min": "2026-01-01"}),
        ({"default": Network(layers=[])}, {"type": "model", "default": {"layers": []}}),
        ({"type": Network, "default": {"layers": []}}, {"type": "model", "default": {"layers": []}}),
        ({"default": [1, 2]}, {"type": "json", "default": [1, 2]}),
    ],
)
def test_documents(arguments: dict[str, Any], described: dict[str, Any]) -> None:
    """What the native part decides from; a plain parameter's document is as it always was (PA-01)."""
    assert document(**arguments) == described


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"type": set}, "parameter `p` has the type `set`, which parameters cannot have"),
        ({"type": list[Network]}, "parameter `p` has the type `list`, which parameters cannot have"),
        ({"type": Literal[1, "a"]}, "which parameters cannot have"),
        ({"choices": []}, "parameter `p` has no choices"),
        ({"choices": "ab"}, "parameter `p` has no choices"),
        ({"type": datetime.date, "min": "soon"}, "parameter `p` allows `'soon'`, which is no value it can have"),
    ],
)
def test_wrong_declarations(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterFieldFailed) as caught:
        Parameter("p", **arguments)
    assert message in caught.value.message
    assert caught.value.file == __file__


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"type": datetime.date, "default": "soon"}, "a date"),
        ({"type": Weather, "default": "snow"}, "a member of `Weather`"),
        ({"type": list[int], "default": ["a"]}, "a list, each item of type `int`"),
        ({"type": Network, "default": {"layers": [{"size": 0}]}}, "a `Network`"),
    ],
)
def test_defaults_of_the_wrong_type(arguments: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ParameterFieldTypeMismatch, match=f"which is not {wanted}"):
        Parameter("p", **arguments)


class Rides(FlowSpec):
    day = Parameter("day", type=datetime.date)
    at = Parameter("at", type=datetime.datetime)
    out = Parameter("out", type=pathlib.Path)
    weather = Parameter("weather", type=Weather)
    days = Parameter("days", type=list[datetime.date])
    network = Parameter("network", type=Network)
    nothing = Parameter("nothing", type=Weather)
    made = Parameter("made", default=lambda ctx: DAY, type=datetime.date)
    wrong = Parameter("wrong", default=lambda ctx: 5, type=datetime.date)

    @step
    def start(self) -> None:
        self.seen = [self.day, self.at, self.out, self.weather, self.days, self.network, self.nothing]
        self.next(self.end)

    @step
    def end(self) -> None: ...


def test_steps_see_real_values() -> None:
    values = {
        "day": "2026-03-01",
        "at": "2026-03-01T12:00:00+00:00",
        "out": "a/b",
        "weather": "WET",
        "days": ["2026-03-01"],
        "network": {"layers": [{"size": 3}]},
        "made": "2026-03-01",
    }
    bench = Bench(Rides, values)
    network = Network(layers=[Layer(size=3)])
    seen = bench.value(bench.run("start"), "seen")
    assert seen == [DAY, NOON, pathlib.Path("a/b"), Weather.WET, [DAY], network, None]


def test_deploy_time_defaults() -> None:
    """PA-03."""
    host = FlowHost(Rides)
    assert json.loads(host.defaults('["made"]', "{}")) == {"made": "2026-03-01"}
    with pytest.raises(ParameterFieldTypeMismatch, match="`wrong` is `5`, which is not a date"):
        host.defaults('["wrong"]', "{}")


def test_models_are_checked_where_they_are_given() -> None:
    host = FlowHost(Rides)
    given = {"value": {"layers": [{"size": 0}, {}]}, "whence": "`p.yaml`", "place": ["p.yaml", 3]}
    with pytest.raises(ParameterFieldFailed) as caught:
        host.check_models(json.dumps({"network": given}))
    assert caught.value.message == (
        "parameter `network` has a bad value (from `p.yaml`): `layers.0.size`: input should be greater than 0; "
        "`layers.1.size`: field required"
    )
    assert (caught.value.file, caught.value.line) == ("p.yaml", 3)
    host.check_models(json.dumps({"network": {"value": {"layers": []}, "whence": "`--network`", "place": None}}))


@pytest.mark.parametrize(
    ("kind", "value", "word"),
    [
        ("date", DAY, "2026-03-01"),
        ("datetime", NOON, "2026-03-01T12:00:00+00:00"),
        ("path", pathlib.Path("a"), "a"),
        ("enum", Weather.WET, "WET"),
        ("list", [DAY, Weather.DRY, pathlib.Path("a")], '["2026-03-01", "DRY", "a"]'),
        ("list", "1,2", "1,2"),
        ("model", Network(layers=[Layer(size=3)]), '{"layers": [{"size": 3}]}'),
        ("model", {"layers": []}, '{"layers": []}'),
    ],
)
def test_runner_passes_such_values(kind: str, value: Any, word: str) -> None:
    """RN-01."""
    assert as_text("p", value, {"type": kind, "separator": None, "default": None}) == word
