"""What the Client shows of a resumed run (RE-06, RE-11) and of the code a run kept (CL-09)."""

from __future__ import annotations

import pickle

import pytest
from recorded import Folder
from spinloom.client import Client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Run 1 failed in `join`, run 2 resumed it, run 3 resumed run 2; all failed there."""
    folder = Folder(tmp_path_factory.mktemp("resume"))
    folder.flow("run", "--fail", "true", exit_code=1)
    folder.flow("resume", exit_code=1)
    folder.flow("resume", exit_code=1)
    return folder.client()


def test_origins(client: Client) -> None:
    """RE-06, RE-10"""
    run = client.run("Shapes/2")
    assert run.origin_pathspec == "Shapes/1"
    assert run["join"].origin_pathspec == "Shapes/1/join"
    assert run["join"].task.origin_pathspec is None
    start = run["start"].task
    assert start.origin_pathspec == "Shapes/1/start/1"
    assert start["alpha"].origin_pathspec == "Shapes/1/start/1/alpha"
    assert client.run("Shapes/3")["start"].task.origin_pathspec == start.pathspec
    assert client.run("Shapes/1")["start"].task["alpha"].origin_pathspec is None


def test_adopted_tasks(client: Client) -> None:
    """RE-06: finished tasks with artifacts and metadata of their own, though nothing ran."""
    task = client.run("Shapes/2")["start"].task
    assert task.successful and task.finished and task.finished_at is not None
    assert task.data.letters == ["p", "q"] and task.data.fail is True
    assert client.task(task.pathspec, attempt=0).data.letters == ["p", "q"]
    known = task.metadata_dict
    assert (known["origin-run-id"], known["origin-task-id"]) == ("1", "1")
    assert (known["attempt"], known["attempt_ok"]) == ("0", "True")
    assert task["alpha"].sha == client.task("Shapes/1/start/1")["alpha"].sha
    assert client.run("Shapes/2")["_parameters"].task.data.alpha == 3


def test_logs_follow_the_origin(client: Client) -> None:
    """RE-11, through two resumes; of the attempt that counts."""
    for run in ("Shapes/2", "Shapes/3"):
        task = client.run(run)["start"].task
        assert task.stdout == "héllo\nno end"
        assert [line for _, line in task.loglines("stderr")] == ["oh"]
        assert {task.stdout for task in client.run(run)["inner"]} == {"attempt 0\n", "attempt 1\n"}


def test_neighbours_of_adopted_tasks(client: Client) -> None:
    """CL-05: ids of the resuming run."""
    join = client.run("Shapes/2")["join"].task
    assert {task.path_components[1] for task in join.parent_tasks} == {"2"}
    assert {task.path_components[2] for task in join.parent_tasks} == {"gather_all", "side"}


def test_code(client: Client) -> None:
    """CL-09"""
    run = client.run("Shapes/1")
    code = run.code
    assert code.script_name == "flow.py"
    assert b"class Shapes(FlowSpec):" in code.flowspec
    assert "flow.py" in code.tarball.getnames()
    assert code.info["username"] == "ann" and code.info["script"] == "flow.py"
    assert code.path.startswith(run.code._provider.root)
    with code.extract() as folder, open(f"{folder}/flow.py", "rb") as file:
        assert file.read() == code.flowspec
    assert run["start"].task.code.flowspec == code.flowspec
    assert repr(code) == "<MetaflowCode: Shapes/1 flow.py>"


def test_copies_see_the_same(client: Client) -> None:
    """CL-07"""
    task = pickle.loads(pickle.dumps(client.run("Shapes/2")["start"].task))
    assert task.origin_pathspec == "Shapes/1/start/1" and task.data.letters == ["p", "q"]
