"""What people are shown of artifacts (architecture § 5): small, typed, harmless, and as `schemas/artifact-preview.json` says."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import pathlib
import random
import signal
import subprocess
import sys
import time
import uuid
import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Iterator
from typing import Any

import jsonschema
import numpy as np
import pytest
from spinloom import secret_sources
from spinloom.previews import Previews, making, pictures
from tasks import Bench

ROOT = pathlib.Path(__file__).parents[2]
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas/artifact-preview.json").read_text()))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other things makes no preview poorer here."""
    monkeypatch.setattr(secret_sources, "GIVEN", [])
    monkeypatch.setattr(making, "SECONDS", 20.0)
    monkeypatch.setattr(making, "SECONDS_OF_TASK", 60.0)
    monkeypatch.setattr(pictures, "_DRAWING", 20.0)


def preview(value: Any, light: bool = False) -> dict[str, Any]:
    text = Previews(light).of(value)
    assert text is not None
    shown = json.loads(text)
    SCHEMA.validate(shown)
    assert len(text.encode()) <= (32 if "data" in shown else 16) * 1024
    return shown


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Point:
    x: int = 1
    name: str = "here"


class Plain:
    def __init__(self) -> None:
        self.items = [1]


class Loud:
    def __repr__(self) -> str:
        print("printed")
        print("printed", file=sys.stderr)
        warnings.warn("warned", stacklevel=2)
        return "<loud>"


class Raising:
    def __repr__(self) -> str:
        raise ValueError

    def __len__(self) -> int:
        raise SystemExit


class Endless:
    def __repr__(self) -> str:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue


Pair = namedtuple("Pair", "left right")


def scalar(type_: str, **shown: Any) -> dict[str, Any]:
    return {"kind": "scalar", "type": type_, **shown}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, scalar("NoneType", value=None)),
        (True, scalar("bool", value=True)),
        (5, scalar("int", value=5)),
        (2**70, scalar("int", text=str(2**70))),
        (1 / 3, scalar("float", value=1 / 3)),
        (float("nan"), scalar("float", text="nan")),
        (2j, scalar("complex", text="2j")),
        (decimal.Decimal("1.50"), scalar("decimal.Decimal", text="1.50")),
        (fractions.Fraction(1, 3), scalar("fractions.Fraction", text="1/3")),
        (uuid.UUID(int=1), scalar("uuid.UUID", text="00000000-0000-0000-0000-000000000001")),
        (datetime.date(2020, 1, 2), scalar("datetime.date", text="2020-01-02")),
        (datetime.timedelta(hours=1), scalar("datetime.timedelta", text="1:00:00")),
        (pathlib.PurePosixPath("/a"), scalar("pathlib.PurePosixPath", text="/a")),
        (range(3), scalar("range", text="range(0, 3)")),
        (np.float32(1.5), scalar("numpy.float32", value=1.5)),
        ("héllo", {"kind": "text", "type": "str", "length": 5, "text": "héllo"}),
        ("\ud800", {"kind": "text", "type": "str", "length": 1, "text": "\\ud800"}),
        (b"abc", {"kind": "text", "type": "bytes", "length": 3, "text": "abc"}),
        (b"\x00\xff", {"kind": "text", "type": "bytes", "length": 2, "hex": "00ff"}),
        (ValueError("no"), {"kind": "object", "type": "ValueError", "text": "no"}),
        (len, {"kind": "object", "type": "builtin_function_or_method", "text": "len"}),
    ],
)
def test_plain_values(value: Any, expected: dict[str, Any]) -> None:
    assert preview(value) == expected


def test_an_enum_and_a_class_say_their_names() -> None:
    assert preview(Colour.RED)["text"] == "Colour.RED"
    assert preview(Plain)["text"].endswith(".Plain")


def test_a_long_text_is_cut() -> None:
    shown = preview("x" * 5000)
    assert (shown["length"], len(shown["text"])) == (5000, 1000)


def test_collections_show_their_first_items() -> None:
    shown = preview(list(range(100)))
    assert (shown["kind"], shown["length"], len(shown["items"])) == ("collection", 100, 20)
    assert shown["items"][1] == scalar("int", value=1)
    shown = preview(OrderedDict(a=1, b=[2]))
    assert [(key["text"], value.get("value")) for key, value in shown["entries"]] == [("a", 1), ("b", None)]
    deep: list[Any] = []
    for _ in range(50):
        deep = [deep]
    assert preview(deep)["items"][0]["items"][0]["items"][0] == {"kind": "collection", "type": "list", "length": 1}


@pytest.mark.parametrize("value", [Point(), Plain(), Pair(1, 2)])
def test_objects_show_their_fields(value: Any) -> None:
    names = {Point: ["x", "name"], Plain: ["items"], Pair: ["left", "right"]}[type(value)]
    assert [name for name, _ in preview(value)["fields"]] == names


def test_a_list_that_holds_itself_comes_to_an_end() -> None:
    value: list[Any] = []
    value.append(value)
    assert preview(value)["length"] == 1


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.arange(6.0).reshape(2, 3), {"shape": [2, 3], "min": 0.0, "max": 5.0, "mean": 2.5, "nan": 0}),
        (np.array([1.0, np.nan, np.inf]), {"head": [1.0, "nan", "inf"], "nan": 1, "max": "inf", "mean": "inf"}),
        (np.array(5), {"shape": [], "head": 5}),
        (np.array([], dtype="f4"), {"shape": [0], "head": [], "dtype": "float32"}),
        (np.array([1, "a", None], dtype=object), {"dtype": "object", "head": [1, "a", None]}),
        (np.array(["2020-01-01", "NaT"], dtype="M8[D]"), {"nan": 1, "min": "2020-01-01", "head": ["2020-01-01", None]}),
        (np.array([(1, "a")], dtype=[("n", "i4"), ("t", "U3")]), {"head": ["(1, 'a')"]}),
        (np.array([True, False]), {"min": False, "max": True, "mean": 0.5}),
        (np.zeros((4, 5, 3), dtype="uint8"), {"kind": "array", "shape": [4, 5, 3]}),
        (np.array([1 + 2j]), {"dtype": "complex128", "head": ["(1+2j)"]}),
        (np.array([2**63], dtype="u8"), {"max": str(2**63)}),
    ],
)
def test_arrays(array: Any, expected: dict[str, Any]) -> None:
    shown = preview(array)
    assert shown["kind"] == "array"
    assert {name: shown.get(name) for name in expected} == expected


def test_a_histogram_counts_every_element() -> None:
    assert preview(np.arange(100))["histogram"] == {"from": 0.0, "to": 99.0, "counts": [10] * 10}


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_large_array_is_sampled_over_all_its_columns(order: Any) -> None:
    large = np.zeros((20_000, 128), order=order)
    large[:, 100] = 7
    shown = preview(large)
    assert 0 < shown["sampled"] <= 1_000_000
    assert (shown["min"], shown["max"]) == (0.0, 7.0)


def frames() -> Iterator[Any]:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    data = {"n": [1, 2, None], "t": ["a", "b", "a"]}
    yield pd.DataFrame(data)
    yield pd.DataFrame(data).convert_dtypes(dtype_backend="pyarrow")
    yield pd.DataFrame(data, dtype=object).astype({"n": "float64"})
    yield pa.table(data)
    yield pa.record_batch(data)
    yield pl.DataFrame(data)


@pytest.mark.parametrize("table", list(frames()), ids=lambda table: type(table).__module__)
def test_tables(table: Any) -> None:
    shown = preview(table)
    assert (shown["kind"], shown["rows"], shown["width"]) == ("table", 3, 2)
    numbers, texts = shown["columns"]
    assert [numbers[key] for key in ("name", "nulls", "min", "max", "mean")] == ["n", 1, 1, 2, 1.5]
    assert (texts["nulls"], texts["distinct"], texts["top"]) == (0, 2, [["a", 2], ["b", 1]])
    assert [row[1] for row in shown["head"]] == ["a", "b", "a"]
    assert shown["head"][0][0] == 1


def test_series_and_indexes() -> None:
    import pandas as pd

    series = pd.Series(pd.Categorical(["u", "v", "u"], categories=["u", "v", "w"]), index=["x", "y", "z"])
    shown = preview(series)
    assert shown["columns"][0]["categories"] == 3
    assert shown["columns"][0]["top"] == [["u", 2], ["v", 1]]
    assert shown["index"]["head"] == ["x", "y", "z"]
    levels = preview(pd.MultiIndex.from_product([[1, 2], ["a"]], names=["n", "t"]))
    assert [column["name"] for column in levels["columns"]] == ["n", "t"]
    times = preview(pd.Series(pd.date_range("2020", periods=2, tz="UTC")))
    assert times["columns"][0]["max"] == "2020-01-02 00:00:00+00:00"


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_column_of_numbers_has_a_histogram(library: str) -> None:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    import pyarrow.compute

    data = {
        "n": list(range(100)),
        "x": [0.5] * 100,
        "flag": [True, False] * 50,
        "word": ["a"] * 100,
        "gap": [None, 1.0] * 50,
    }
    data["gap"][1] = 3.0
    table = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[library](data)
    columns = {column["name"]: column for column in preview(table)["columns"]}
    assert columns["n"]["histogram"] == {"from": 0.0, "to": 99.0, "counts": [10] * 10}
    assert columns["gap"]["histogram"] == {"from": 1.0, "to": 3.0, "counts": [49, 0, 0, 0, 0, 0, 0, 0, 0, 1]}
    assert [name for name, column in columns.items() if "histogram" in column] == ["n", "gap"], (
        "one value has no spread"
    )


def test_histograms_go_before_rows_when_there_is_no_room() -> None:
    histogram = {"from": 0.0, "to": 1.0, "counts": [100_000] * 10}
    columns = [{"name": f"c{n}", "dtype": "float64", "histogram": histogram} for n in range(30)]
    table = {"kind": "table", "type": "t", "columns": columns, "head": [["x" * 40] * 30] * 10}
    shown = json.loads(making._bounded(table))
    SCHEMA.validate(shown)
    assert [len(shown[key]) for key in ("columns", "head")] == [30, 10]
    drawn = [column for column in shown["columns"] if "histogram" in column]
    assert (0 < len(drawn) < 30, {len(column["histogram"]["counts"]) for column in drawn}) == (True, {10})


def test_a_wide_table_shows_its_first_columns() -> None:
    import pandas as pd

    shown = preview(pd.DataFrame({f"c{i}": ["é" * 100] * 20 for i in range(40)}))
    assert shown["width"] == 40
    assert 0 < len(shown["columns"]) <= 30


def test_a_long_table_is_sampled() -> None:
    import pandas as pd

    shown = preview(pd.DataFrame({"n": np.arange(1_000_000), "m": np.zeros(1_000_000)}))
    assert (shown["rows"], shown["sampled"]) == (1_000_000, 250_000)


def test_columns_that_cannot_be_counted_are_shown_all_the_same() -> None:
    import pandas as pd

    shown = preview(pd.DataFrame({"lists": [[1], [2]], "mixed": [{}, "a"]}))
    assert [column["dtype"] for column in shown["columns"]] == ["object", "object"]
    assert shown["head"] == [["[1]", "{}"], ["[2]", "a"]]


def test_pictures() -> None:
    import base64
    from io import BytesIO

    from PIL import Image

    for mode in ("RGB", "RGBA", "L", "1", "P", "CMYK"):
        shown = preview(Image.new(mode, (400, 300)))
        assert (shown["kind"], shown["width"], shown["height"], shown["mode"]) == ("image", 400, 300, mode)
        small = Image.open(BytesIO(base64.b64decode(shown["data"])))
        small.load()
        assert small.size == (160, 120)
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype="uint8")
    assert "data" in preview(Image.fromarray(noise))


def test_figures() -> None:
    import plotly.graph_objects as go
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2, 3])
    axes.set_title("three")
    canvas, dpi = figure.canvas, figure.dpi
    shown = preview(figure)
    assert (shown["title"], shown["axes"], shown["media"]) == ("three", 1, "image/png")
    assert (figure.canvas, figure.dpi) == (canvas, dpi)
    small = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="s"), layout={"title": "t"})
    shown = preview(small)
    assert shown["traces"] == [{"type": "scatter", "points": 2, "name": "s"}]
    assert shown["spec"]["data"] == [{"name": "s", "x": [1, 2], "y": [3, 4], "type": "scatter"}]
    assert "spec" not in preview(go.Figure(go.Scatter(y=np.arange(5000))))


def test_models() -> None:
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LinearRegression()).fit([[1.0], [2.0]], [1, 2])
    assert preview(model)["kind"] == "model"
    shown = preview(model[-1])
    assert ["fit_intercept", scalar("bool", value=True)] in shown["parameters"]
    coefficients = {"kind": "array", "type": "numpy.ndarray", "shape": [1], "dtype": "float64"}
    assert ["coef_", coefficients] in shown["fitted"]


def test_tensors() -> None:
    torch = pytest.importorskip("torch")
    shown = preview(torch.arange(4.0))
    assert (shown["dtype"], shown["shape"], shown["device"]) == ("torch.float32", [4], "cpu")
    assert preview(torch.nn.Linear(2, 3))["numbers"] == 9


def test_nothing_is_printed_warned_of_or_left_changed(capfd: pytest.CaptureFixture[str]) -> None:
    kept = (sys.stdout, sys.stderr, sys.unraisablehook, signal.getsignal(signal.SIGALRM))
    with warnings.catch_warnings(record=True) as caught:
        assert preview(Loud())["text"] == "<loud>"
    assert (caught, capfd.readouterr()) == ([], ("", ""))
    assert (sys.stdout, sys.stderr, sys.unraisablehook, signal.getsignal(signal.SIGALRM)) == kept


def test_what_raises_is_only_named() -> None:
    assert preview(Raising()) == {"kind": "object", "type": f"{__name__}.Raising"}
    shown = preview([1, Raising()])
    assert [item["kind"] for item in shown["items"]] == ["scalar", "object"]


def test_what_takes_too_long_is_only_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SECONDS", 0.05)
    assert preview(Endless()) == {"kind": "object", "type": f"{__name__}.Endless"}
    assert preview([1, Endless()])["items"] == [scalar("int", value=1)], "what was there when the time was up"


def test_a_timer_of_the_flow_goes_on() -> None:
    rung: list[int] = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        preview(Plain())
        while not rung:
            signal.pause()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def test_a_task_spends_only_so_much_on_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SECONDS_OF_TASK", 0.0)
    assert preview(Plain()) == {"kind": "object", "type": f"{__name__}.Plain"}
    assert preview(3) == scalar("int", value=3)


def test_random_numbers_are_left_alone() -> None:
    random.seed(1)
    np.random.seed(1)
    before = (random.getstate(), np.random.get_state()[1].tolist())
    preview(np.arange(3_000_000))
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_secrets_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """OP-20: values that `@secrets` set are not shown, wherever they stand."""
    secret = "correct horse battery staple"
    monkeypatch.setattr(secret_sources, "GIVEN", [secret, "7", "12345678"])
    for value in (secret, f"key={secret}", {"key": secret}, [secret.encode()], Point(name=secret), "x" * 990 + secret):
        assert secret[:12] not in json.dumps(preview(value)), value
    assert preview("7")["text"] == making.MASK
    assert preview("17")["text"] == "17"
    assert preview(12345678) == scalar("int", text=making.MASK)


def test_in_a_process_that_others_are_forked_from_no_library_is_called() -> None:
    assert preview(np.arange(3), light=True) == {"kind": "object", "type": "numpy.ndarray"}


def test_no_library_is_imported() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'python')!r})\n"
        "from spinloom.previews import Previews, prepare\n"
        "prepare(); p = Previews()\n"
        "for value in (1, 'x', [1, object()], {1: (2,)}, b'x', ValueError('x'), object()): p.of(value)\n"
        "ours = {'spinloom', *sys.stdlib_module_names}\n"
        "print([name for name in sys.modules if name.partition('.')[0] not in ours and name != '__main__'])"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tasks_save_previews_of_what_users_see() -> None:
    """AR-11: what has a leading underscore has none."""
    from test_persistence import Artifacts

    bench = Bench(Artifacts)
    start = bench.run("start")
    assert start.notes["number"] == {"preview": scalar("int", value=5)}
    assert {name for name, note in start.notes.items() if note} == {"number", "items", "text", "kind", "name"}
