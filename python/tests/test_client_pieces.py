"""Log lines, graph neighbours and buffers, each on its own."""

from __future__ import annotations

import gc
import pickle
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from spinloom import buffers
from spinloom.client.lineage import Lineage
from spinloom.client.logs import lines


def texts(*pieces: tuple[int, bytes]) -> list[tuple[int, bytes]]:
    """Lines with the microseconds since the epoch they began at."""
    found = lines((at, "stdout", data) for at, data in pieces)
    return [((at - datetime(1970, 1, 1)) // timedelta(microseconds=1), line) for at, line in found]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([], []),
        ([(1, b"")], []),
        ([(1, b"a\n")], [(1, b"a")]),
        ([(1, b"a")], [(1, b"a")]),
        ([(1, b"a"), (2, b"b\nc"), (3, b"\n")], [(1, b"ab"), (2, b"c")]),
        ([(1, b"a\n"), (2, b"\n\n"), (3, b"b")], [(1, b"a"), (2, b""), (2, b""), (3, b"b")]),
        ([(1, b"10%\r20%\r"), (2, b"done\n")], [(1, b"10%\r20%\rdone")]),
        ([(1, "é".encode()[:1]), (2, "é\n".encode()[1:])], [(1, "é".encode())]),
    ],
)
def test_lines(pieces: list[tuple[int, bytes]], expected: list[tuple[int, bytes]]) -> None:
    """LG-04: a line has the time of its first byte, and only a line feed ends it."""
    assert texts(*pieces) == expected


def step(name: str, *targets: str, foreach: str | None = None, join: bool = False, **more: Any) -> dict[str, Any]:
    tail = {"kind": "next", "targets": list(targets), "foreach": foreach, "cases": []}
    return {"name": name, "args": 2 if join else 1, "tail": tail | more.pop("tail", {}), **more}


NESTED = {
    "steps": [
        step("start", "a", "b"),
        step("a", "x", foreach="xs"),
        step("x", "l", "r"),
        step("l", "y", foreach="ys"),
        step("y", "jy"),
        step("jy", "jx", join=True),
        step("r", "jx"),
        step("jx", "ja", join=True),
        step("ja", "j", join=True),
        step("b", "j"),
        step("j", "end", join=True),
        step("end"),
    ]
}


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("start", []),
        ("a", []),
        ("x", [("x", "xs")]),
        ("r", [("x", "xs")]),
        ("y", [("x", "xs"), ("y", "ys")]),
        ("jy", [("x", "xs")]),
        ("jx", [("x", "xs")]),
        ("ja", []),
        ("j", []),
        ("absent", []),
    ],
)
def test_foreach_frames(name: str, frames: list[tuple[str, str]]) -> None:
    """A static split inside a foreach opens no frame, and its join closes none."""
    assert Lineage(NESTED).frames(name) == frames


def test_neighbours() -> None:
    lineage = Lineage(NESTED)
    assert lineage.before("jx") == ["jy", "r"]
    assert lineage.after("x") == ["l", "r"]
    assert lineage.start == "start"


def test_switches_and_marked_steps() -> None:
    switch = {"targets": [], "condition": "c", "cases": [["go", "loop"], ["stop", "last"]]}
    lineage = Lineage({"steps": [step("first", "loop", start=True), step("loop", tail=switch), step("last", end=True)]})
    assert lineage.start == "first"
    assert lineage.after("loop") == ["loop", "last"]
    assert lineage.before("loop") == ["first"]
    assert lineage.frames("last") == []


def test_a_run_without_a_graph() -> None:
    lineage = Lineage(None)
    assert (lineage.after("x"), lineage.before("x"), lineage.frames("x")) == ([], [], [])


def test_mapped_files_are_private_and_writable(tmp_path: Path) -> None:
    file = tmp_path / "chunk"
    file.write_bytes(b"abcdef")
    one, two = buffers.writable([(str(file), 6), (str(file), 6)])
    memoryview(one)[:3] = b"XYZ"
    assert (bytes(one), bytes(two), file.read_bytes()) == (b"XYZdef", b"abcdef", b"abcdef")


def test_small_and_empty_buffers(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    ready = buffers.writable([b"ab", bytearray(b"cd"), (str(tmp_path / "empty"), 0)])
    assert [bytes(buffer) for buffer in ready] == [b"ab", b"cd", b""]
    assert not any(memoryview(buffer).readonly for buffer in ready)


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_rests_while_unpickling(collecting: bool) -> None:
    class Watch:
        def __reduce__(self) -> tuple[Any, tuple[()]]:
            return gc.isenabled, ()

    (gc.enable if collecting else gc.disable)()
    try:
        assert buffers.unpickle(pickle.dumps(Watch()), []) is False
        assert gc.isenabled() is collecting
        with pytest.raises(EOFError):
            buffers.unpickle(b"", [])
        assert gc.isenabled() is collecting
    finally:
        gc.enable()
