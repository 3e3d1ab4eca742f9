"""Tasks, their artifacts and logs as the Client shows them (CL-05, CL-06, CL-08, AR-03, AR-06, LG-04)."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import numpy
import pytest
from recorded import Folder
from spinloom.client import Client, DataArtifact, Task
from spinloom.exceptions import MetaflowDataMissing, MetaflowNotFound


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Run 1 finished, run 2 failed in `join`."""
    folder = Folder(tmp_path_factory.mktemp("tasks"))
    folder.flow("run")
    folder.flow("run", "--fail", "true", exit_code=1)
    return folder


@pytest.fixture
def client(folder: Folder) -> Client:
    return folder.client()


def retried(client: Client) -> Task:
    return next(task for task in client.step("Shapes/1/inner") if task.current_attempt == 1)


def test_a_finished_task(client: Client) -> None:
    """CL-05"""
    task = client.task("Shapes/1/start/1")
    assert repr(task) == "Task('Shapes/1/start/1')"
    assert task.successful and task.finished
    assert task.finished_at >= task.created_at
    assert task.exception is None
    assert task.index is None
    assert task.current_attempt == 0
    assert task.runtime_name == "dev"
    assert task.environment_info == "Local environment"


def test_a_failed_task(client: Client) -> None:
    """CL-05, AR-03: what was assigned before the failure is kept."""
    task = client.run("Shapes/2")["join"].task
    assert not task.successful and not task.finished
    assert task.finished_at >= task.created_at
    assert task.exception.type == "builtins.RuntimeError"
    assert task.exception.exception == "asked to fail"
    assert 'raise RuntimeError("asked to fail")' in task.exception.stacktrace
    assert task.data.before == 1
    assert (task["_success"].data, task["_task_ok"].data) == (False, False)
    assert client.run("Shapes/2")["join"].finished_at == task.finished_at


def test_attempts(client: Client) -> None:
    """CL-05, AR-06"""
    task = retried(client)
    assert task.successful and task.data.seen == (1, 1) and task.exception is None
    first = client.task(task.pathspec, attempt=0)
    assert repr(first) == f"Task('{task.pathspec}', attempt=0)"
    assert not first.successful and not first.finished
    assert first.data.seen == (1, 0)
    assert first.exception.exception == "only at first"
    assert first.finished_at < task.finished_at
    assert repr(first["seen"]) == f"DataArtifact('{task.pathspec}/seen', attempt=0)"
    assert first["seen"].parent.current_attempt == 0
    assert client.artifact(f"{task.pathspec}/seen", 0).data == (1, 0)
    assert (first.stdout, task.stdout) == ("attempt 0\n", "attempt 1\n")
    assert "ValueError: only at first" in first.stderr and task.stderr == ""
    assert client.task(task.pathspec, attempt="1").data.seen == (1, 1)


def test_an_attempt_that_was_never_made(client: Client) -> None:
    """CL-05"""
    task = client.task("Shapes/1/start/1", attempt=3)
    assert not task.finished and task.finished_at is None and list(task) == [] and task.stdout == ""
    assert repr(task.data) == "<MetaflowData: >"


@pytest.mark.parametrize(
    ("attempt", "message"), [(-1, "Attempt can only be non-negative"), ("x", "Attempt can only be an integer")]
)
def test_impossible_attempts(client: Client, attempt: int, message: str) -> None:
    """AR-06"""
    with pytest.raises(MetaflowNotFound, match=message):
        client.task("Shapes/1/start/1", attempt)


def test_foreach_indices_and_metadata(client: Client) -> None:
    """CL-05"""
    tasks = list(client.step("Shapes/1/inner"))
    assert sorted(task.index for task in tasks) == [0, 0, 1, 1]
    assert {task.index for task in client.step("Shapes/1/gather")} == {0, 1}
    paths = {task.metadata_dict["foreach-execution-path"] for task in tasks}
    assert paths == {"outer:0,inner:0", "outer:0,inner:1", "outer:1,inner:0", "outer:1,inner:1"}
    assert "foreach-execution-path" not in client.task("Shapes/1/start/1").metadata_dict


def test_metadata(client: Client) -> None:
    """CL-05: the dictionary has the last value of each name, the list has all."""
    task = retried(client)
    known = task.metadata_dict
    assert known["attempt"] == "1" and known["attempt_ok"] == "True" and known["attempt-done"] == "1"
    assert known["user"] == "ann" and known["runtime"] == "dev" and known["script-name"] == "flow.py"
    assert known["ds-type"] == "local" and known["origin-run-id"] == "None"
    assert known["python_version"] == ".".join(map(str, sys.version_info[:3]))
    assert [fact.value for fact in task.metadata if fact.name == "attempt_ok"] == ["False", "True"]
    assert next(fact.type for fact in task.metadata if fact.name == "attempt_ok") == "internal_attempt_status"
    assert all(isinstance(fact.created_at, int) and fact.task is task for fact in task.metadata)
    assert client.task(task.pathspec, attempt=0).metadata_dict["attempt_ok"] == "False"


def test_tasks_by_metadata(client: Client) -> None:
    """CL-12: the pattern matches whole values; `.*` matches every task."""
    run = client.run("Shapes/1")
    every = sorted(task.pathspec for task in run["inner"])

    def found(name: str, pattern: str, step: str = "inner") -> list[str]:
        return run._metaflow.metadata.filter_tasks_by_metadata("Shapes", "1", step, name, pattern)

    second = next(task for task in run["outer"] if task.index == 1)
    assert sorted(found("foreach-execution-path", "outer:1,inner:.*")) == sorted(second.child_task_pathspecs)
    assert sorted(found("foreach-execution-path", ".*")) == sorted(found("absent", ".*")) == every
    assert sorted(found("attempt", "1")) == sorted(t.pathspec for t in run["inner"] if t.current_attempt == 1)
    assert found("foreach-execution-path", "outer:") == found("absent", "x") == found("attempt", "0", "nowhere") == []


def test_parents_and_children(client: Client) -> None:
    """CL-05: parents in the order a join sees them."""
    start = client.task("Shapes/1/start/1")
    assert list(start.parent_tasks) == []
    assert {task.path_components[2] for task in start.child_tasks} == {"fan", "side"}
    gather = next(task for task in client.step("Shapes/1/gather") if task.index == 0)
    parents = list(gather.parent_tasks)
    assert [task.index for task in parents] == [0, 1]
    assert list(gather.parent_task_pathspecs) == [task.pathspec for task in parents]
    assert [list(task.child_task_pathspecs) for task in parents] == [[gather.pathspec]] * 2


def test_artifacts(client: Client) -> None:
    """CL-05, AR-11: parameters and constants too, names with an underscore only when asked for."""
    task = client.task("Shapes/1/start/1")
    names = {artifact.id for artifact in task}
    assert {"alpha", "fail", "CONSTANT", "letters", "big"} <= names
    assert not any(name.startswith("_") for name in names)
    assert "alpha" in task and "_private" in task and "absent" not in task
    assert task["_private"].data == 1
    assert task.artifacts.letters.data == ["p", "q"]
    assert set(task.artifacts._fields) == names
    with pytest.raises(KeyError, match="absent"):
        task["absent"]
    with pytest.raises(MetaflowNotFound, match="does not exist"):
        client.artifact("Shapes/1/start/1/absent")


def test_data(client: Client) -> None:
    """CL-08"""
    data = client.run("Shapes/1").data
    assert data.result == 42 and data.alpha == 3 and data.CONSTANT == "c"
    assert "result" in data and "_task_ok" not in data and "absent" not in data
    assert repr(data).startswith("<MetaflowData: ") and "result" in repr(data)
    assert {"result", "alpha"} <= set(dir(data))
    for name in ("absent", "_task_ok"):
        with pytest.raises(AttributeError, match=name):
            getattr(data, name)


def test_an_artifact(client: Client) -> None:
    """CL-06"""
    artifact = client.artifact("Shapes/1/start/1/letters")
    assert isinstance(artifact, DataArtifact) and repr(artifact) == "DataArtifact('Shapes/1/start/1/letters')"
    assert artifact.data == ["p", "q"]
    assert artifact.size > 0
    assert artifact.finished_at == artifact.created_at == client.task("Shapes/1/start/1").finished_at
    again = client.run("Shapes/2")["start"].task["letters"]
    assert artifact.sha == again.sha and len(artifact.sha) == 64
    assert artifact.sha != client.artifact("Shapes/1/start/1/alpha").sha


def test_big_arrays_are_private_and_writable(client: Client) -> None:
    """CL-06: changing what was loaded changes nobody else's, nor the store."""
    artifact = client.artifact("Shapes/1/start/1/big")
    first = artifact.data
    first[:] = -1
    second = artifact.data
    assert numpy.array_equal(second, numpy.arange(100_000))
    assert artifact.size >= second.nbytes
    assert (first == -1).all()


def test_a_class_that_is_not_here(client: Client) -> None:
    """CL-11: the error names the artifact and the class; it is also an AttributeError, which scripts expect."""
    with pytest.raises(MetaflowDataMissing) as raised:
        client.artifact("Shapes/1/start/1/local").data  # noqa: B018 (reading is what is tested)
    assert isinstance(raised.value, AttributeError)
    assert "`Shapes/1/start/1/local`" in str(raised.value) and "`__main__.Local`" in str(raised.value)


def test_logs(client: Client) -> None:
    """LG-04"""
    task = client.task("Shapes/1/start/1")
    assert task.stdout == "héllo\nno end"
    assert task.stderr == "oh\n"
    assert (task.stdout_size, task.stderr_size) == (len("héllo\nno end".encode()), 3)
    lines = list(task.loglines("stdout"))
    assert [line for _, line in lines] == ["héllo", "no end"]
    assert [line for _, line in task.loglines("stdout", as_unicode=False)] == ["héllo".encode(), b"no end"]
    now = datetime.utcnow()
    assert all(at.tzinfo is None and abs(at - now) < timedelta(minutes=30) for at, _ in lines)
    with pytest.raises(ValueError, match="stdout"):
        list(task.loglines("stdin"))
