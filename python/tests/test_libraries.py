"""AR-07: values of the libraries people use come back equal, of the same type, and free to be changed: in the next step
and through the Client. Each shows a preview of the right kind."""

from __future__ import annotations

from typing import Any

import jsonschema
import numpy as np
import pytest
from recorded import Folder
from test_previews import SCHEMA

# Written into the flow and run here, too: the values are the same on both sides.
VALUES = """
def arrays():
    import numpy as np

    table = np.arange(60_000, dtype="float64").reshape(300, 200)
    frozen = np.arange(5)
    frozen.flags.writeable = False
    mapped = np.memmap("mapped.bin", dtype="int32", mode="w+", shape=(50_000,))
    mapped[:] = 7
    return {
        "c": table,
        "fortran": np.asfortranarray(table),
        "strided": table[::2, ::3],
        "reversed": table[::-1],
        "small": np.arange(3, dtype="int8"),
        "zero": np.array(2.5, dtype="float32"),
        "empty": np.empty((0, 4), dtype="uint16"),
        "structured": np.array([(1, "a"), (2, "b")], dtype=[("n", ">i4"), ("t", "U3")]),
        "objects": np.array([1, "a", None, [2]], dtype=object),
        "texts": np.array(["a", "bcd"]),
        "dates": np.array(["2020-01-01", "NaT"], dtype="datetime64[s]"),
        "complexes": np.array([1 + 2j]),
        "truths": np.array([True, False]),
        "frozen": frozen,
        "masked": np.ma.masked_array([1, 2], mask=[True, False]),
        "mapped": mapped,
        "number": np.float32(1.5),
    }


def frames():
    import numpy as np
    import pandas as pd

    n = 20_000
    index = pd.MultiIndex.from_product([["a", "b"], range(2)], names=["t", "n"])
    return {
        "numbers": pd.DataFrame({"i": range(n), "f": np.linspace(0, 1, n)}),
        "texts": pd.DataFrame({"t": ["a", None, "ü"]}),
        "objects": pd.DataFrame({"o": pd.Series([1, "a", None], dtype=object)}),
        "arrow": pd.DataFrame({"i": [1, None], "t": ["a", "b"]}).convert_dtypes(dtype_backend="pyarrow"),
        "nullable": pd.Series([1, None], dtype="Int64"),
        "categories": pd.Series(["u", "v", "u"], dtype="category"),
        "times": pd.DataFrame({"t": pd.date_range("2020", periods=3, tz="Europe/Berlin")}),
        "levels": pd.DataFrame({"x": range(4)}, index=index),
        "index": pd.Index(["a", "b"], name="letters"),
    }


def tables():
    import polars as pl
    import pyarrow as pa

    data = {"i": list(range(20_000)), "t": ["a", None] * 10_000}
    return {
        "table": pa.table(data),
        "batch": pa.record_batch(data),
        "chunked": pa.chunked_array([[1, 2], [None]]),
        "frame": pl.DataFrame(data).with_columns(pl.col("t").cast(pl.Categorical)),
        "series": pl.Series("s", [[1], [2, 3]]),
    }


def others():
    import plotly.graph_objects as go
    from matplotlib.figure import Figure
    from PIL import Image
    from sklearn.ensemble import RandomForestClassifier

    figure = Figure()
    figure.subplots().plot([1, 2, 3])
    return {
        "forest": RandomForestClassifier(3, random_state=0).fit([[0.0], [1.0]] * 20, [0, 1] * 20),
        "image": Image.linear_gradient("L").convert("RGB"),
        "figure": figure,
        "plot": go.Figure(go.Scatter(x=[1, 2], y=[3, 4])),
    }


def tensors():
    try:
        import torch
    except ImportError:
        return {}
    return {"tensor": torch.arange(40_000, dtype=torch.float32).reshape(200, 200), "linear": torch.nn.Linear(2, 3)}
"""
GROUPS = ["arrays", "frames", "tables", "others", "tensors"]
FLOW = f"""
from spinloom import FlowSpec, step

from values import {", ".join(GROUPS)}


class Libraries(FlowSpec):
    @step
    def start(self):
        for make in ({", ".join(GROUPS)}):
            for name, value in make().items():
                setattr(self, make.__name__ + "_" + name, value)
        self.next(self.again)

    @step
    def again(self):
        for make in ({", ".join(GROUPS)}):
            for name in make():
                name = make.__name__ + "_" + name
                setattr(self, name + "_again", getattr(self, name))
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    Libraries()
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, Any]], Any]:
    """The values as they were made, and the task that read and saved them again."""
    folder = Folder(tmp_path_factory.mktemp("libraries"), FLOW)
    (folder.path / "values.py").write_text(VALUES)
    folder.flow("run")
    functions: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder.path)
        exec(VALUES, functions)
        made = {group: functions[group]() for group in GROUPS}
    return made, folder.client().run("Libraries/1")["again"].task


def equal(group: str, one: Any, other: Any) -> None:
    """Fails unless both are equal in all that a user sees."""
    if group == "arrays":
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_array_equal(one, other)
    elif group == "frames":
        import pandas as pd

        compare = {pd.DataFrame: pd.testing.assert_frame_equal, pd.Series: pd.testing.assert_series_equal}
        compare.get(type(one), pd.testing.assert_index_equal)(one, other)
    elif type(one).__module__.startswith("polars"):
        assert one.equals(other)
        assert getattr(one, "schema", None) == getattr(other, "schema", None)
    elif type(one).__module__.startswith(("sklearn", "PIL", "matplotlib", "torch")):
        compare_by = {"forest": lambda it: it.predict([[0.0], [1.0]]).tolist(), "image": lambda it: it.tobytes()}
        name = {"RandomForestClassifier": "forest", "Image": "image"}.get(type(one).__name__)
        drawn = lambda it: [line.get_xydata().tolist() for axis in it.axes for line in axis.lines]  # noqa: E731
        if name is None and hasattr(one, "axes"):
            assert drawn(one) == drawn(other)
        elif name is None:
            assert repr(one) == repr(other)
        else:
            assert compare_by[name](one) == compare_by[name](other)
    else:
        assert one == other


KINDS = {"arrays": {"array", "scalar"}, "frames": {"table"}, "tables": {"table"}, "tensors": {"array", "model"}}


@pytest.mark.parametrize("group", GROUPS)
def test_values_come_back(loaded: tuple[dict[str, dict[str, Any]], Any], group: str) -> None:
    made, task = loaded
    for name, value in made[group].items():
        for suffix in ("", "_again"):
            artifact = task[f"{group}_{name}{suffix}"]
            again = artifact.data
            if name != "mapped":  # what was in a file of the user's is in the store now
                assert type(again) is type(value), name
            equal(group, again, value)


@pytest.mark.parametrize("group", GROUPS)
def test_each_has_a_preview_of_its_kind(loaded: tuple[dict[str, dict[str, Any]], Any], group: str) -> None:
    made, task = loaded
    wanted = {"forest": "model", "image": "image", "figure": "figure", "plot": "figure"}
    for name in made[group]:
        shown = task[f"{group}_{name}_again"].preview
        SCHEMA.validate(shown)
        assert shown["kind"] in KINDS.get(group, {wanted.get(name)}), name


def test_arrays_are_in_the_order_they_were_and_can_be_changed(loaded: tuple[dict[str, dict[str, Any]], Any]) -> None:
    made, task = loaded
    for name in ("c", "fortran", "small", "structured", "mapped", "empty"):
        array = task[f"arrays_{name}_again"].data
        assert array.flags.f_contiguous == made["arrays"][name].flags.f_contiguous, name
        assert array.flags.writeable, name
        if array.size:
            array[0] = array[-1]


def test_frames_can_be_changed(loaded: tuple[dict[str, dict[str, Any]], Any]) -> None:
    frame = loaded[1]["frames_numbers_again"].data
    frame.loc[0, "i"] = 99
    frame["new"] = 1
    assert frame.loc[0, "i"] == 99
    assert loaded[1].data.frames_numbers_again.loc[0, "i"] == 0


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA.schema)
