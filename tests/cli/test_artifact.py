"""`spinloom artifact get` of what only Python can read: each value as the file that fits it."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from support.product import Outcome, Product, run

FLOW = """
import numpy
import pandas

from spinloom import FlowSpec, step


class Own:
    pass


class ValuesFlow(FlowSpec):
    @step
    def start(self):
        self.text = "two\\nlines"
        self.config = {"alpha": 0.5, "layers": [1, 2]}
        self.array = numpy.arange(200_000, dtype="float64")
        self.frozen = numpy.arange(200_000, dtype="float64")
        self.frozen.flags.writeable = False
        self.both = [self.array, self.frozen, b"x" * 70_000]
        self.table = pandas.DataFrame({"name": ["a", "b"], "score": [0.5, 1.5]})
        self.picture = b"\\x89PNG\\r\\n\\x1a\\n..."
        self.numbers = {1, 2}
        self.own = Own()
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ValuesFlow()
"""


class Values:
    """A folder where the flow was run."""

    def __init__(self, spinloom: Product, folder: Path) -> None:
        self.product, self.folder = spinloom, folder
        (folder / "flow.py").write_text(FLOW)
        outcome = spinloom.run(["flow.py", "run"], folder)
        assert outcome.exit_code == 0, outcome.text

    def get(self, name: str, *options: str) -> Outcome:
        """Exports an artifact of `start`."""
        words = [str(self.product.bin / "spinloom"), "artifact", "get", f"1/start/{name}", *options]
        return run(words, self.folder, self.product.environment(self.folder))


@pytest.fixture(scope="module")
def values(spinloom: Product, tmp_path_factory: pytest.TempPathFactory) -> Values:
    """The flow, run once."""
    return Values(spinloom, tmp_path_factory.mktemp("values"))


def test_values_are_piped_as_what_they_are(values: Values) -> None:
    """Text as text, what JSON can say as JSON, a table as CSV."""
    assert values.get("text").stdout == "two\nlines\n"
    assert json.loads(values.get("config").stdout) == {"alpha": 0.5, "layers": [1, 2]}
    assert values.get("table").stdout == "name,score\na,0.5\nb,1.5\n"
    assert json.loads(values.get("table", "--format", "json").stdout)[1] == {"name": "b", "score": 1.5}


@pytest.mark.parametrize("name", ["array", "frozen", "both"])
def test_buffers_beside_a_pickle_become_part_of_it(values: Values, name: str) -> None:
    """Nothing is loaded to export a pickle, and any Python reads it: arrays, read-only ones too, and bytes."""
    path = values.folder / f"{name}.pkl"
    outcome = values.get(name, "-o", path.name, "--verify")
    assert outcome.exit_code == 0, outcome.text
    loaded = pickle.loads(path.read_bytes())
    parts = loaded if isinstance(loaded, list) else [loaded]
    assert [len(part) for part in parts] == ([200_000, 200_000, 70_000] if name == "both" else [200_000])
    assert all(part[199_999] == 199_999 for part in parts[:2])
    if name != "both":
        assert loaded.flags.writeable == (name == "array")


@pytest.mark.parametrize(
    ("name", "file"), [("table", "t.csv"), ("table", "t.parquet"), ("array", "a.npy"), ("picture", "p.png")]
)
def test_the_ending_of_a_file_says_what_it_is(values: Values, name: str, file: str) -> None:
    """Libraries read what was written."""
    if file.endswith("parquet"):
        pytest.importorskip("pyarrow")
    outcome = values.get(name, "-o", file)
    assert outcome.exit_code == 0, outcome.text
    path = values.folder / file
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    if name == "picture":
        assert path.read_bytes().startswith(b"\x89PNG")
    elif name == "array":
        assert numpy.load(path)[7] == 7
    else:
        read = pandas.read_csv if file.endswith("csv") else pandas.read_parquet
        assert read(path)["score"].tolist() == [0.5, 1.5]


def test_what_does_not_fit_is_told(values: Values) -> None:
    """SL0313, and the file is not made; a class of the flow file can still be copied."""
    outcome = values.get("numbers", "-o", "numbers.parquet")
    assert (outcome.exit_code, "SL0313" in outcome.stderr) == (3, True), outcome.text
    assert "`set` cannot be written as `parquet`" in outcome.stderr
    assert not (values.folder / "numbers.parquet").exists()
    outcome = values.get("own")
    assert (outcome.exit_code, "Own" in outcome.stderr) == (4, True), outcome.text
    assert values.get("own", "-o", "own.pkl").exit_code == 0


def test_for_programs(values: Values) -> None:
    """One object; a value JSON cannot say is text."""
    config = json.loads(values.get("config", "--json").stdout)
    assert config["data"]["value"] == {"alpha": 0.5, "layers": [1, 2]}
    assert config["data"]["artifact"]["type"] == "dict"
    assert json.loads(values.get("numbers", "--json").stdout)["data"]["text"] == "{1, 2}"
    written = json.loads(values.get("table", "-o", "x.csv", "--json").stdout)
    assert (written["data"]["format"], written["data"]["file"]) == ("csv", "x.csv")
