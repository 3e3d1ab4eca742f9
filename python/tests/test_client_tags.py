"""Namespaces and tags (CU-03 to CU-07), and which store is read (CL-10)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import Folder, as_default, environment
from spinloom import Flow, Metaflow, Run, Step, Task, client, get_namespace, metadata, namespace
from spinloom.exceptions import MetaflowNamespaceMismatch, MetaflowTaggingError

TINY = """
    from spinloom import FlowSpec, step

    class Tiny(FlowSpec):
        @step
        def start(self):
            self.next(self.end)

        @step
        def end(self):
            self.x = 1

    if __name__ == "__main__":
        Tiny()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Run 1 is ann's, run 2 is bob's."""
    folder = Folder(tmp_path_factory.mktemp("tags"), TINY)
    folder.flow("run", "--tag", "first")
    folder.flow("run", user="bob")
    return folder


@pytest.fixture(autouse=True)
def default(folder: Folder) -> Iterator[None]:
    with as_default(folder, "user:ann"):
        yield


def test_collections_are_filtered() -> None:
    """CU-03"""
    assert [run.id for run in Flow("Tiny")] == ["1"]
    assert Flow("Tiny").latest_run.id == Flow("Tiny").latest_successful_run.id == "1"
    assert "1" in Flow("Tiny") and "3" not in Flow("Tiny")
    assert namespace("first") == "first"
    assert [run.id for run in Flow("Tiny")] == ["1"]
    assert namespace(None) is None
    assert [run.id for run in Flow("Tiny")] == ["2", "1"]
    namespace("user:nobody")
    assert Metaflow().flows == []


def test_access_from_outside_is_an_error() -> None:
    """CU-03, CL-11"""
    with pytest.raises(MetaflowNamespaceMismatch, match="Object not in namespace 'user:ann'") as raised:
        Flow("Tiny")["2"]
    assert raised.value.__notes__ == ["hint: `namespace(None)` looks into all namespaces"]
    for kind, path in ((Run, "Tiny/2"), (Step, "Tiny/2/start"), (Task, "Tiny/2/start/1")):
        with pytest.raises(MetaflowNamespaceMismatch, match="Object not in namespace 'user:ann'"):
            kind(path)
    namespace("user:nobody")
    with pytest.raises(MetaflowNamespaceMismatch, match="Object not in namespace 'user:nobody'"):
        Flow("Tiny")
    run = Run("Tiny/1", _namespace_check=False)
    assert not run.is_in_namespace() and run.data.x == 1 and run.parent.id == "Tiny"


def test_objects_keep_their_namespace() -> None:
    """CU-03"""
    flow = Flow("Tiny")
    namespace("user:bob")
    assert [run.id for run in flow] == ["1"]
    assert [run.id for run in Flow("Tiny")] == ["2"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SPINLOOM_USER": "eve"}, "user:eve"),
        ({"METAFLOW_USER": "eve"}, "user:eve"),
        ({"SUDO_USER": "eve", "USER": "root"}, "user:eve"),
        ({"USER": "eve", "METAFLOW_PRODUCTION_TOKEN": "tok"}, "production:tok"),
        ({"USER": "root"}, "MetaflowUnknownUser"),
        ({}, "MetaflowUnknownUser"),
    ],
)
def test_the_default_namespace(variables: dict[str, str], expected: str) -> None:
    """CU-03, CU-04"""
    users = {"SPINLOOM_USER", "METAFLOW_USER", "SUDO_USER", "USERNAME", "USER"}
    plain = {name: value for name, value in environment().items() if name not in users}
    program = """
from spinloom import default_namespace, exceptions
try:
    print(default_namespace())
except exceptions.MetaflowException as error:
    print(type(error).__name__)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=plain | variables, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


def test_tags_of_a_run() -> None:
    """CU-05, CU-06"""
    run = Run("Tiny/1")
    assert run.user_tags == {"first"}
    assert {"user:ann", "runtime:dev"} <= run.system_tags
    assert {tag.partition(":")[0] for tag in run.system_tags} >= {"metaflow_version", "python_version"}
    assert run.tags == run.user_tags | run.system_tags
    assert isinstance(run.tags, frozenset)


def test_changing_tags() -> None:
    """CU-05, CU-07"""
    run, task = Run("Tiny/1"), Task("Tiny/1/start/1")
    run.add_tag("a")
    run.add_tags(["b", "c"])
    run.add_tag("user:ann")
    assert run.user_tags == {"first", "a", "b", "c"}
    run.remove_tag("a")
    run.remove_tags(["b", "absent"])
    assert run.user_tags == {"first", "c"}
    run.replace_tag("c", "d")
    run.replace_tags(["d"], ["d", "é ü"])
    assert run.user_tags == task.user_tags == task["name"].user_tags == {"first", "d", "é ü"}
    assert Run("Tiny/1").user_tags == {"first", "d", "é ü"}
    assert [run.id for run in Flow("Tiny").runs("é ü")] == ["1"]
    run.remove_tags(["d", "é ü"])
    assert task.parent.user_tags == {"first"}


@pytest.mark.parametrize(
    ("remove", "add"),
    [
        (["user:ann"], []),
        ([], [""]),
        ([], ["x" * 501]),
        ([], [f"t{n}" for n in range(51)]),
        ([], [3]),
        ([], b"x"),
        ([], ["\ud800"]),
        ([], 3),
        ([], []),
    ],
)
def test_tags_that_are_not_allowed(remove: list[str], add: list[str]) -> None:
    """CU-05: nothing changes then."""
    run = Run("Tiny/1")
    with pytest.raises(MetaflowTaggingError):
        run.replace_tags(remove, add)
    assert Run("Tiny/1").user_tags == {"first"}


def test_two_clients_in_one_process(folder: Folder, tmp_path: Path) -> None:
    """Two stores, two namespaces, no global state."""
    other = Folder(tmp_path, TINY)
    other.flow("run", "--tag", "other")
    here, there = client.Client(str(folder.path), "user:bob"), client.Client(str(other.path), None)
    assert [run.id for run in here.flow("Tiny")] == ["2"]
    assert there.flow("Tiny").latest_run.user_tags == {"other"}
    assert get_namespace() == "user:ann"
    assert repr(there) == f"Client('local@{other.path}')"
    assert [flow.id for flow in there.flows] == ["Tiny"]


def test_switching_stores(folder: Folder, tmp_path: Path) -> None:
    """CL-10: a store that is not there is an error, and the current one stays."""
    old = client.get_metadata()
    assert old == f"local@{folder.path}"
    with pytest.raises(ValueError, match=r"Could not find directory \.spinloom in directory"):
        metadata(f"local@{tmp_path}")
    with pytest.raises(ValueError, match="Cannot read"):
        metadata("s3@here")
    assert client.get_metadata() == old
    for spec in (f"local@{folder.path}/.spinloom", str(folder.path), old):
        assert metadata(spec) == old
