"""When `./setup` takes a step for done, and when it does it again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from stamps import Inputs, Stamp, files_under


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source.rs"
    file.write_text("one")
    return file


@pytest.fixture
def done(tmp_path: Path, source: Path) -> Stamp:
    """The stamp of a step that was done from `source`."""
    stamp = Stamp(tmp_path / ".setup" / "build.json")
    inputs = Inputs((source,))
    stamp.record(inputs.quick(), inputs.content())
    return stamp


def test_a_step_never_done_is_not_current(tmp_path: Path, source: Path) -> None:
    assert not Stamp(tmp_path / "none.json").is_current(Inputs((source,)), [])


def test_nothing_changed(done: Stamp, source: Path) -> None:
    assert done.is_current(Inputs((source,)), [source])


def test_a_touched_file_is_no_change(done: Stamp, source: Path) -> None:
    os.utime(source, (1, 1))
    assert done.is_current(Inputs((source,)), [])


def test_an_edit_of_the_same_length_is_a_change(done: Stamp, source: Path) -> None:
    source.write_text("two")
    os.utime(source, (1, 1))
    assert not done.is_current(Inputs((source,)), [])


def test_a_new_file_and_other_words_are_changes(done: Stamp, source: Path) -> None:
    new = source.with_name("new.rs")
    new.write_text("new")
    assert not done.is_current(Inputs((source, new)), [])
    assert not done.is_current(Inputs((source,), ("another interpreter",)), [])


def test_a_missing_output_is_made_again(done: Stamp, source: Path, tmp_path: Path) -> None:
    assert not done.is_current(Inputs((source,)), [tmp_path / "not built"])


def test_an_interrupted_step_is_done_again(done: Stamp, source: Path) -> None:
    done.forget()
    assert not done.is_current(Inputs((source,)), [])


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_torn_stamp_counts_as_none(done: Stamp, source: Path, text: str) -> None:
    done.path.write_text(text)
    assert not done.is_current(Inputs((source,)), [])


def test_files_are_listed_without_caches_and_skipped_folders(tmp_path: Path) -> None:
    for name in ("a/one.rs", "a/tests/two.rs", "a/__pycache__/three.pyc", "b.toml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    found = files_under([tmp_path / "a", tmp_path / "b.toml"], [tmp_path / "a" / "tests"])
    assert [str(file.relative_to(tmp_path)) for file in found] == ["a/one.rs", "b.toml"]
