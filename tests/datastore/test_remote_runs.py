"""AR-09: runs whose artifacts, logs and code go to an object store, from run to Client, on a real server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.product import Outcome, Product
from support.s3 import Server

FLOW = """
import os

import numpy
from spinloom import FlowSpec, step


class FarFlow(FlowSpec):
    @step
    def start(self):
        self.array = numpy.random.default_rng(7).random(1 << 19)
        self.zeros = numpy.zeros(1 << 19)
        self.words = [{"name": f"name {i}"} for i in range(20_000)]
        self.small = "small"
        print("printed by start")
        self.next(self.work, foreach="parts")

    parts = [1, 2]

    @step
    def work(self):
        self.total = float(self.array.sum()) * self.input
        if os.environ.get("BREAK") == str(self.input):
            raise ValueError("broken on purpose")
        self.next(self.join)

    @step
    def join(self, inputs):
        self.totals = [one.total for one in inputs]
        self.merge_artifacts(inputs, exclude=["total"])
        self.next(self.end)

    @step
    def end(self):
        print("totals", self.totals[1] == 2 * self.totals[0], len(self.words), self.zeros.sum())


if __name__ == "__main__":
    FarFlow()
"""

ASK = """
from spinloom import Flow, namespace

namespace(None)
run = Flow("FarFlow").latest_run
data = run["end"].task.data
print(run.successful, len(data.array), data.array.flags.writeable, data.small, len(data.words), data.zeros.sum())
print(run["start"].task.stdout, run["end"].task.stdout, sep="", end="")
print(b"FarFlow" in run.code.flowspec, run["start"].task["array"].preview["kind"])
"""


class Far:
    """A folder whose flow keeps what it makes in a bucket of its own prefix, and a machine's cache."""

    def __init__(self, product: Product, server: Server, folder: Path) -> None:
        self.product, self.folder = product, folder
        (folder / "flow.py").write_text(FLOW)
        (folder / "ask.py").write_text(ASK)
        self.location = f"s3://data/{folder.name}"
        self.cache = folder / "cache"
        self.environment = {
            **server.environment,
            "SPINLOOM_DEFAULT_DATASTORE": self.location,
            "SPINLOOM_CLIENT_CACHE_PATH": str(self.cache),
            "METAFLOW_S3_RETRY_COUNT": "2",
        }

    def run(self, *words: str, **env: str) -> Outcome:
        return self.product.run(list(words), self.folder, **{**self.environment, **env})


@pytest.fixture
def far(spinloom: Product, server: Server, tmp_path: Path) -> Far:
    return Far(spinloom, server, tmp_path)


ANSWER = """True 524288 True small 20000 0.0
printed by start
totals True 20000 0.0
True array
"""


def test_a_run_reads_the_same_where_nothing_of_it_is_left_but_its_records(far: Far) -> None:
    outcome = far.run("flow.py", "run")
    assert outcome.exit_code == 0, outcome.text
    assert not list((far.folder / ".spinloom/chunks").glob("*/*.zst"))
    assert far.run("ask.py").text == ANSWER
    shutil.rmtree(far.folder / ".spinloom/runs")
    shutil.rmtree(far.folder / ".spinloom/chunks")
    shutil.rmtree(far.cache)
    assert far.run("ask.py").text == ANSWER


def test_what_is_recorded_says_where_it_is_whatever_is_set_now(far: Far) -> None:
    assert far.run("flow.py", "run").exit_code == 0
    shutil.rmtree(far.cache)
    assert far.run("ask.py", SPINLOOM_DEFAULT_DATASTORE="local").text == ANSWER


def test_a_failed_run_is_resumed_on_a_machine_without_a_cache(far: Far) -> None:
    assert far.run("flow.py", "run", BREAK="2").exit_code == 1
    shutil.rmtree(far.cache)
    resumed = far.run("flow.py", "resume")
    assert resumed.exit_code == 0, resumed.text
    assert far.run("ask.py").text == ANSWER


def test_a_local_run_is_resumed_far_away_and_the_other_way_round(far: Far) -> None:
    for first, then in (("local", far.location), (far.location, "local")):
        assert far.run("flow.py", "run", BREAK="2", SPINLOOM_DEFAULT_DATASTORE=first).exit_code == 1
        resumed = far.run("flow.py", "resume", SPINLOOM_DEFAULT_DATASTORE=then)
        assert resumed.exit_code == 0, resumed.text
        assert "totals True 20000 0.0" in far.run("ask.py").text


def test_metaflows_words_for_the_same(far: Far) -> None:
    unset = {"SPINLOOM_DEFAULT_DATASTORE": ""}
    root = {"METAFLOW_DATASTORE_SYSROOT_S3": far.location}
    assert far.run("flow.py", "--datastore", "s3", "run", **unset, **root).exit_code == 0
    assert far.run("ask.py").text == ANSWER
    other = far.run("flow.py", "--datastore", "s3", "--datastore-root", f"{far.location}/other", "run", **unset)
    assert other.exit_code == 0, other.text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--datastore", "s4"), "there is no datastore `s4`"),
        (("--datastore", "s3", "--datastore-root", "s3://"), "the bucket is missing"),
        (("--datastore", "gs"), "the datastore `gs` has no place"),
    ],
)
def test_a_place_that_cannot_be_one_is_refused_before_anything_runs(
    far: Far, words: tuple[str, ...], told: str
) -> None:
    outcome = far.run("flow.py", *words, "run")
    assert outcome.exit_code in (1, 2, 3), outcome.text
    assert told in outcome.text
    assert not (far.folder / ".spinloom").exists()


def test_a_bucket_that_does_not_exist_is_named(far: Far) -> None:
    outcome = far.run("flow.py", "--datastore", "s3://nowhere/x", "run")
    assert outcome.exit_code != 0
    assert "nowhere" in outcome.text


def test_a_store_that_goes_away_in_the_middle_fails_the_run_and_a_resume_sends_the_rest(far: Far) -> None:
    assert far.run("flow.py", "run", BREAK="2").exit_code == 1
    quick = {"METAFLOW_S3_RETRY_COUNT": "1", "SPINLOOM_STORE_RETRY_TIME": "1"}
    gone = far.run("flow.py", "resume", METAFLOW_S3_ENDPOINT_URL="http://127.0.0.1:9", **quick)
    assert gone.exit_code != 0
    assert "SL0406" in gone.text, gone.text
    resumed = far.run("flow.py", "resume", "--origin-run-id", "1")
    assert resumed.exit_code == 0, resumed.text
    assert far.run("ask.py").text == ANSWER
