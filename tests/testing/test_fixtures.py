"""The fixtures `spinloom_store` and `run_flow`, used as users would: the flow is in this very file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from spinloom import Flow, FlowSpec, Parameter, metadata, step
from spinloom.exceptions import MetaflowException, MetaflowNotFound
from spinloom.testing import FlowFailed


@dataclass
class Loaf:
    grams: int


class BreadFlow(FlowSpec):
    flour = Parameter("flour", default=500)

    @step
    def start(self):
        print("kneading")
        self.loaf = Loaf(self.flour * 2 // (self.flour > 0))
        self.next(self.end)

    @step
    def end(self):
        pass


def test_a_class_of_the_tests_own_file(run_flow) -> None:
    run = run_flow(BreadFlow, flour=250)
    assert run.data.loaf == Loaf(500)
    assert run["start"].task.stdout == "kneading\n"


def test_a_file(run_flow, tmp_path: Path) -> None:
    source = Path(__file__).read_text().partition("def test")[0]
    (tmp_path / "bread.py").write_text(f"{source}\nif __name__ == '__main__':\n    BreadFlow()\n")
    assert run_flow(tmp_path / "bread.py").data.flour == 500


def test_options_of_run_are_keywords_too(run_flow) -> None:
    assert run_flow(BreadFlow, tags=["rye"]).user_tags == {"rye"}


def test_each_test_has_a_store_of_its_own(run_flow, spinloom_store: Path) -> None:
    with pytest.raises(MetaflowNotFound):
        Flow("BreadFlow")
    run = run_flow(BreadFlow)
    assert run.id == "1" and Flow("BreadFlow").latest_run.pathspec == run.pathspec
    assert (spinloom_store / ".spinloom").is_dir()


def test_the_client_is_as_it_was_afterwards(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    metadata_before = os.environ.get("SPINLOOM_DATASTORE_SYSROOT_LOCAL")
    request.getfixturevalue("spinloom_store")
    with pytest.raises(ValueError, match="Could not find"):
        metadata(f"local@{tmp_path}")
    request.getfixturevalue("monkeypatch").undo()
    assert os.environ.get("SPINLOOM_DATASTORE_SYSROOT_LOCAL") == metadata_before


def test_a_run_that_fails_fails_the_test(run_flow) -> None:
    with pytest.raises(FlowFailed, match="run `BreadFlow/1` failed") as caught:
        run_flow(BreadFlow, flour=0)
    assert "ZeroDivisionError: integer division or modulo by zero" in str(caught.value)
    assert "self.loaf = Loaf(self.flour * 2 // (self.flour > 0))" in str(caught.value)
    assert caught.value.run is not None and not caught.value.run.successful


def test_a_class_that_no_other_process_can_import(run_flow) -> None:
    class Local(BreadFlow):
        pass

    with pytest.raises(MetaflowException, match="is not at the top level of a file"):
        run_flow(Local)


def test_one_step_by_itself(run_flow, spin_step) -> None:
    run_flow(BreadFlow)
    spun = spin_step(BreadFlow, "start", artifacts={"flour": 30})
    assert spun.loaf == Loaf(60) and spun.task.data.loaf == Loaf(60)
    assert "kneading" in spun.stdout
    with pytest.raises(AttributeError):
        spun.crumbs  # noqa: B018


def test_artifacts_can_be_of_any_class(run_flow, spin_step) -> None:
    run_flow(BreadFlow)
    assert spin_step(BreadFlow, "end", artifacts={"loaf": Loaf(3)}).loaf == Loaf(3)


def test_a_step_that_fails_fails_the_test(run_flow, spin_step) -> None:
    run_flow(BreadFlow)
    with pytest.raises(FlowFailed, match="step `start` failed") as caught:
        spin_step(BreadFlow, "start", artifacts={"flour": 0})
    assert "ZeroDivisionError" in str(caught.value)
