"""Flows, runs and steps as the Client shows them (CL-01 to CL-04, CL-07, CL-11)."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from recorded import Folder, as_default, environment
from spinloom import DataArtifact, Flow, Metaflow, Run, Step, Task
from spinloom.client import Client
from spinloom.exceptions import MetaflowInternalError, MetaflowInvalidPathspec, MetaflowNotFound

STEPS = ["end", "join", "gather_all", "gather", "inner", "outer", "fan", "start"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Run 1 finished, run 2 failed in `join`."""
    folder = Folder(tmp_path_factory.mktemp("objects"))
    folder.flow("run", "--tag", "first")
    folder.flow("run", "--fail", "true", exit_code=1)
    return folder


@pytest.fixture(autouse=True)
def default(folder: Folder) -> Iterator[None]:
    with as_default(folder, None):
        yield


def test_all_flows() -> None:
    """CL-01"""
    top = Metaflow()
    assert repr(top.flows) == "[Flow('Shapes')]"
    assert [flow.id for flow in top] == ["Shapes"]
    assert "Shapes" in top and "Other" not in top
    assert top["Shapes"].pathspec == "Shapes"
    with pytest.raises(MetaflowNotFound, match=r"Flow\('Other'\) does not exist"):
        top["Other"]


def test_runs_come_newest_first() -> None:
    """CL-02"""
    flow = Flow("Shapes")
    assert [run.id for run in flow] == ["2", "1"]
    assert repr(list(flow.runs())) == "[Run('Shapes/2'), Run('Shapes/1')]"
    assert [run.id for run in flow.runs("first")] == ["1"]
    assert list(flow.runs("first", "absent")) == []
    assert flow.latest_run.id == "2"
    assert flow.latest_successful_run.id == "1"
    assert flow["1"].pathspec == "Shapes/1"
    assert "1" in flow and "3" not in flow and "../1" not in flow
    with pytest.raises(KeyError, match="3"):
        flow["3"]


def test_a_finished_run() -> None:
    """CL-03"""
    run = Run("Shapes/1")
    assert run.successful and run.finished
    assert repr(run.end_task) == f"Task('Shapes/1/end/{run.end_task.id}')"
    assert run.finished_at == run.end_task.finished_at >= run.created_at
    assert run.data.result == 42
    assert run.trigger is None
    assert run.origin_pathspec is None


def test_a_failed_run_never_finishes() -> None:
    """CL-03"""
    run = Run("Shapes/2")
    assert not run.successful and not run.finished
    assert (run.end_task, run.finished_at, run.data) == (None, None, None)


def test_steps_come_newest_first_and_parameters_are_hidden() -> None:
    """CL-03, PA-07"""
    run = Run("Shapes/1")
    assert [step.id for step in run if step.id != "side"] == STEPS
    assert [step.id for step in run.steps("first")] == [step.id for step in run]
    assert list(run.steps("absent")) == []
    assert "start" in run and "_parameters" in run and "absent" not in run
    parameters = run["_parameters"]
    assert parameters.task.pathspec == "Shapes/1/_parameters/0"
    assert parameters.task.data.alpha == 3
    assert Step("Shapes/1/_parameters").parent.pathspec == "Shapes/1"
    assert list(parameters.parent_steps) == [] and list(parameters.task.parent_tasks) == []


def test_a_step() -> None:
    """CL-04"""
    inner = Run("Shapes/1")["inner"]
    assert len(list(inner)) == len(list(inner.tasks("first"))) == 4
    assert list(inner.tasks("absent")) == []
    ids = [int(task.id) for task in inner]
    assert ids == sorted(ids, reverse=True)
    assert inner.task.id == str(ids[0])
    assert inner[str(ids[1])].pathspec == f"Shapes/1/inner/{ids[1]}"
    assert str(ids[1]) in inner and "1" not in inner and "x" not in inner
    assert inner.finished_at == max(task.finished_at for task in inner)
    assert inner.control_task is None and list(inner.control_tasks()) == []
    assert inner.environment_info == inner.task.environment_info == "Local environment"


def test_neighbours_of_a_step() -> None:
    """CL-04. Of a run that ended early, only steps that began."""
    run = Run("Shapes/1")
    assert {step.id for step in run["join"].parent_steps} == {"gather_all", "side"}
    assert [step.id for step in run["start"].child_steps] == ["fan", "side"]
    assert [step.id for step in run["end"].child_steps] == []
    assert [step.id for step in run["start"].parent_steps] == []
    assert list(Run("Shapes/2")["join"].child_steps) == []


def test_what_all_have_in_common() -> None:
    """CL-07"""
    task = Run("Shapes/1")["start"].task
    artifact = task["alpha"]
    chain = [artifact]
    while chain[-1].parent is not None:
        chain.append(chain[-1].parent)
    assert [thing.pathspec for thing in chain] == [
        "Shapes/1/start/1/alpha",
        "Shapes/1/start/1",
        "Shapes/1/start",
        "Shapes/1",
        "Shapes",
    ]
    assert artifact.path_components == ["Shapes", "1", "start", "1", "alpha"]
    for thing in chain:
        assert isinstance(thing.created_at, datetime) and thing.created_at.tzinfo is None
        assert abs(thing.created_at - datetime.now()) < timedelta(days=1)
        assert thing.is_in_namespace()
        assert thing.id == thing.path_components[-1]


def test_times_are_local(folder: Folder) -> None:
    """CL-07"""
    program = (
        f"from spinloom.client import Client; print(Client({str(folder.path)!r}, None).run('Shapes/1').created_at)"
    )
    times = [
        datetime.fromisoformat(
            subprocess.run(
                [sys.executable, "-c", program],
                env=environment() | {"TZ": zone},
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
        )
        for zone in ("UTC", "Asia/Tokyo")
    ]
    assert times[1] - times[0] == timedelta(hours=9)


@pytest.mark.parametrize("path", ["Shapes", "Shapes/1", "Shapes/1/inner", "Shapes/1/start/1", "Shapes/1/start/1/alpha"])
def test_pickling(path: str, folder: Folder) -> None:
    """CL-07"""
    kinds = [Client.flow, Client.run, Client.step, Client.task, Client.artifact]
    thing = kinds[path.count("/")](folder.client(), path)
    copy = pickle.loads(pickle.dumps(thing))
    assert (type(copy), copy.pathspec) == (type(thing), path)
    assert copy.__getstate__() == thing.__getstate__()


def test_pickling_what_they_hold(folder: Folder) -> None:
    """CL-07, CL-08, CL-09: sent to another process, values and code are read there."""
    run = folder.client().run("Shapes/1")
    assert pickle.loads(pickle.dumps(run.data)).result == 42
    assert pickle.loads(pickle.dumps(run.code)).flowspec == run.code.flowspec
    fact = run["start"].task.metadata[0]
    assert pickle.loads(pickle.dumps(fact))[:4] == fact[:4]
    assert [flow.id for flow in pickle.loads(pickle.dumps(folder.client().all()))] == ["Shapes"]


def test_pickles_of_older_clients(folder: Folder) -> None:
    """CL-07"""
    for state in (
        {"version": "2.12.27", "data": ["Shapes/1", None, f"local@{folder.path}", None, True]},
        {"version": "2.8.4", "data": ["Shapes/1", None, False]},
        {"_pathspec": "Shapes/1", "_attempt": None},
    ):
        run = Run.__new__(Run)
        run.__setstate__(state)
        assert run.pathspec == "Shapes/1"
    with pytest.raises(MetaflowInternalError, match="Unexpected size of array: 1"):
        Run.__new__(Run).__setstate__({"version": "2.12.27", "data": ["Shapes/1"]})
    with pytest.raises(MetaflowInternalError, match="newer version"):
        Run.__new__(Run).__setstate__({"version": "99", "data": []})


@pytest.mark.parametrize(
    ("kind", "path", "form"),
    [
        (Flow, "Shapes/1", "Flow('FlowName')"),
        (Flow, None, "Flow('FlowName')"),
        (Run, "Shapes", "Run('FlowName/RunID')"),
        (Run, "Shapes/1/", "Run('FlowName/RunID')"),
        (Step, "/1/start", "Step('FlowName/RunID/StepName')"),
        (Task, "Shapes/1/start", "Task('FlowName/RunID/StepName/TaskID')"),
    ],
)
def test_malformed_pathspecs(kind: type, path: str | None, form: str) -> None:
    """CL-11"""
    with pytest.raises(MetaflowInvalidPathspec) as raised:
        kind(path)
    assert str(raised.value) == f"Expects {form}"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (Flow, "Other"),
        (Flow, "not a name"),
        (Run, "Shapes/99"),
        (Run, "Shapes/.."),
        (Step, "Shapes/1/absent"),
        (Task, "Shapes/1/start/99"),
        (Task, "Shapes/1/end/1"),
        (Task, "Shapes/1/start/x"),
    ],
)
def test_what_does_not_exist(kind: type, path: str) -> None:
    """CL-11"""
    with pytest.raises(MetaflowNotFound) as raised:
        kind(path)
    assert str(raised.value) == f"{kind.__name__}('{path}') does not exist"


@pytest.mark.parametrize(
    ("look", "hint"),
    [
        (lambda: Flow("Shape"), "did you mean `Shapes`?"),
        (lambda: Run("Shapes/99"), "the newest is `Shapes/2`"),
        (lambda: Run("Shapes"), "did you mean `Flow('Shapes')`?"),
        (lambda: Step("Shapes/1/strat"), "did you mean `start`?"),
        (lambda: Run("Shapes/1")["strat"], "did you mean `start`?"),
        (lambda: Flow("Shapes")["99"], "the newest is `Shapes/2`"),
        (lambda: Task("Shapes/1/start/99"), "tasks of `start`: `1`"),
        (lambda: DataArtifact("Shapes/1/start/1/leters"), "did you mean `letters`?"),
        (lambda: Task("Shapes/1/start/1")["leters"], "did you mean `letters`?"),
    ],
)
def test_what_was_perhaps_meant(look: Callable[[], object], hint: str) -> None:
    """CL-11: a traceback ends with hints; the message itself stays what scripts compare with."""
    with pytest.raises((MetaflowNotFound, MetaflowInvalidPathspec, KeyError)) as raised:
        look()
    assert f"hint: {hint}" in raised.value.__notes__
    assert hint not in str(raised.value)


def test_an_attribute_that_was_perhaps_meant(folder: Folder) -> None:
    """CL-08: Python itself suggests, as the error says what was asked."""
    program = f"from spinloom.client import Client; Client({str(folder.path)!r}, None).run('Shapes/1').data.resutl"
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.stderr.endswith("AttributeError: resutl. Did you mean: 'result'?\n")


def test_the_wrong_folder(tmp_path: Path) -> None:
    """CL-10, CL-11: who looks into the wrong store is told which one it is."""
    program = "from spinloom import Flow; Flow('Shapes')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert f"hint: nothing is recorded in `{tmp_path}/.spinloom` yet\n" in done.stderr
    assert 'hint: read the store of another folder with `metadata("local@<folder>")`\n' in done.stderr


def test_a_run_is_followed_while_it_runs(tmp_path: Path) -> None:
    """CL-03: the same object sees its run finish."""
    folder = Folder(
        tmp_path,
        """
        import pathlib, time
        from spinloom import FlowSpec, step

        class Waits(FlowSpec):
            @step
            def start(self):
                self.next(self.end)

            @step
            def end(self):
                while not pathlib.Path("go").exists():
                    time.sleep(0.01)

        if __name__ == "__main__":
            Waits()
        """,
    )
    running = subprocess.Popen([sys.executable, "flow.py", "run"], cwd=tmp_path, env=environment())
    try:
        while not (tmp_path / ".spinloom").exists():
            time.sleep(0.01)
        client, runs = folder.client(), []
        while not runs or runs[0].end_task is None:
            runs = list(client.flow("Waits")) if client.flows else []
            time.sleep(0.01)
        run, task = runs[0], runs[0].end_task
        assert (run.finished, run.finished_at, task.finished, list(task)) == (False, None, False, [])
    finally:
        (tmp_path / "go").touch()
        assert running.wait(60) == 0
    assert run.finished and run.successful and run.finished_at == task.finished_at >= task.created_at
    assert "name" in task


def test_a_store_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    """A notebook may ask before the first run; the same objects see it once it is made."""
    program = """
import subprocess, sys
from spinloom import Metaflow, get_metadata
top = Metaflow()
assert top.flows == [], top.flows
subprocess.run([sys.executable, "flow.py", "run"], check=True, capture_output=True)
print([flow.latest_run.pathspec for flow in top], get_metadata())
"""
    folder = Folder(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder.path, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout == f"['Shapes/1'] local@{folder.path}\n", done.stderr


def test_threads_and_forks_share_a_client(folder: Folder) -> None:
    """An SQLite connection must not be used in two processes; each opens its own."""
    program = f"""
import json, os, threading
from spinloom.client import Client
client = Client({str(folder.path)!r}, None)
def look(): return [len(list(step)) for step in client.run("Shapes/1")]
seen = [look()]
threads = [threading.Thread(target=lambda: seen.append(look())) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, json.dumps(look()).encode())
    os._exit(0)
os.wait()
print(json.dumps([*seen, json.loads(os.read(read, 1000)), look()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False
    )
    answers = json.loads(done.stdout or done.stderr)
    assert len(answers) == 11
    assert all(answer == answers[0] for answer in answers)
