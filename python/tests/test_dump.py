"""`dump` prints and pickles artifacts (OP-17), read from a store in memory."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import spinloom
from spinloom.host import FlowHost
from spinloom.worker.pickling import dump, type_name

VALUES = {"number": 5, "words": ["a", "b"], "_private": None, "long": "x" * 2000}


class MemoryStore:
    """One task with `VALUES`, and one artifact nobody can read."""

    def __init__(self, root: str) -> None:
        assert root == "/store"

    def artifacts(self, address: str) -> str:
        entries = [(name, type_name(value), len(dump(value)[0])) for name, value in VALUES.items()]
        entries.append(("torn", "int", 3))
        known = {"encoding": "pickle-v5"}
        return json.dumps([{"name": name, "type": kind, "size": size, **known} for name, kind, size in entries])

    def preview(self, address: str, name: str) -> str:
        return "null"

    def load(self, address: str, name: str) -> tuple[bytes, list[bytes]]:
        return (b"\x80", []) if name == "torn" else (dump(VALUES[name])[0], [])


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> FlowHost:
    native: Any = ModuleType("spinloom._native")
    native.Store = MemoryStore
    monkeypatch.setitem(sys.modules, "spinloom._native", native)
    monkeypatch.setattr(spinloom, "_native", native, raising=False)

    class F(spinloom.FlowSpec):
        @spinloom.step
        def start(self) -> None:
            pass

    return FlowHost(F)


def request(**more: Any) -> str:
    task = {"step": "start", "task": 1, "pathspec": "F/7/start/1", "manifest": "F/7@0+1"}
    plain = {"store": "/store", "flow": "F", "run": "7", "tasks": [task], "private": False, "max_value_size": 1000}
    return json.dumps({**plain, "include": None, "file": None, "json": False, **more})


def size(name: str) -> int:
    return len(dump(VALUES[name])[0])


def test_text(host: FlowHost, capsys: pytest.CaptureFixture[str]) -> None:
    host.dump(request())
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == "Dumping output of F/7/start/1\n"
    assert lines[0] == f"long [size: {size('long')} type: str]", "too long a value is not shown"
    assert lines[1] == f"number [size: {size('number')} type: int] = 5"
    assert lines[2].startswith("torn [size: 3 type: int] = <cannot be read: "), "one bad value hides no other"
    assert lines[3] == f"words [size: {size('words')} type: list] = ['a', 'b']"


def test_what_is_shown(host: FlowHost, capsys: pytest.CaptureFixture[str]) -> None:
    host.dump(request(private=True, include=["number", "_private"]))
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["_private", "number"]
    host.dump(request(max_value_size=0, include=["number"]))
    assert capsys.readouterr().out == f"number [size: {size('number')} type: int]\n"


def test_json(host: FlowHost, capsys: pytest.CaptureFixture[str]) -> None:
    host.dump(request(json=True, include=["words"]))
    answer = json.loads(capsys.readouterr().out)
    assert answer["data"] == {"F/7/start/1": {"words": {"type": "list", "size": size("words"), "repr": "['a', 'b']"}}}


def test_file(host: FlowHost, tmp_path: Path) -> None:
    path = tmp_path / "out.pkl"
    host.dump(request(file=str(path), include=["number", "long"]))
    assert pickle.loads(path.read_bytes()) == {"F/7/start/1": {"number": 5, "long": "x" * 2000}}
