"""RE-05: many processes are asked for one run. One drives it; when it is killed, another goes on."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from crash.conftest import SPINLOOM, Lab, descendants, kill, nobody_left

SHARED = ("resume", "--reentrant", "--run-id", "shared", "--max-workers", "3")


@pytest.fixture
def origin(lab: Lab) -> Lab:
    """A folder with a run of which only `start` is done."""
    first = lab.start("run", "--until", "start")
    said, _ = first.communicate(timeout=60)
    assert first.returncode == 0, said
    return lab


def begin(lab: Lab, count: int) -> list[subprocess.Popen[str]]:
    """Many processes asked for the same run at once."""
    return [lab.start(*SHARED, "--resume-identifier", f"worker-{n}") for n in range(count)]


def work(lab: Lab) -> list[dict]:
    """What is recorded of the step `work`."""
    shown = lab.run(SPINLOOM, "show", "GridFlow/shared/work", "--json")
    return json.loads(shown.stdout)["data"]["tasks"] if shown.returncode == 0 else []


def status(lab: Lab) -> str:
    """The state of the shared run."""
    return json.loads(lab.run(SPINLOOM, "show", "GridFlow/shared", "--json").stdout)["data"]["run"]["status"]


def leader(processes: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    """The one that has started tasks: only who leads forks anything."""
    while True:
        for process in processes:
            if process.poll() is None and len(descendants(process.pid)) > 1:
                return process
        assert any(process.poll() is None for process in processes), "all ended before a task was seen"
        time.sleep(0.005)


def test_eight_processes_make_one_run(origin: Lab) -> None:
    """All end as the run does, and the tasks ran under one of them alone."""
    ended = [(process.communicate(timeout=120)[0], process.returncode) for process in begin(origin, 8)]
    assert [code for _, code in ended] == [0] * 8, ended
    assert sum("working on" in said for said, _ in ended) == 1
    assert sum("`GridFlow/shared` was driven by `worker-" in said for said, _ in ended) == 7
    assert [task["status"] for task in work(origin)] == ["done"] * 12
    assert {task["attempt"] for task in work(origin)} == {0}
    runs = json.loads(origin.run(SPINLOOM, "list", "GridFlow", "--json").stdout)["data"]["runs"]
    assert [run["run"] for run in runs] == ["shared", "1"]


def test_a_follower_goes_on_when_the_leader_is_killed(origin: Lab) -> None:
    """What was finished stays as it is, what was running runs again, and the run is the same one."""
    processes = begin(origin, 4)
    while not (before := [task for task in work(origin) if task["status"] == "done"]):
        time.sleep(0.01)
    first = leader(processes)
    kill(first.pid)
    ended = {process.pid: process.communicate(timeout=120)[0] for process in processes}
    assert [process.returncode for process in processes if process is not first] == [0, 0, 0], ended
    assert first.returncode == -9
    after = work(origin)
    assert [task["status"] for task in after] == ["done"] * 12
    assert [task for task in after if task in before] == before
    assert sorted(origin.squares()) == [(n, n * n) for n in range(12)]
    assert status(origin) == "done"


def test_leaders_are_killed_one_after_the_other(origin: Lab) -> None:
    """The last of four finishes what the others began."""
    processes = begin(origin, 4)
    for _ in range(3):
        dying = leader(processes)
        kill(dying.pid)
        dying.wait(timeout=30)
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert sorted(process.returncode for process in processes) == [-9, -9, -9, 0], said
    assert sorted(origin.squares()) == [(n, n * n) for n in range(12)]
    assert nobody_left(origin.folder)


def test_a_run_that_still_runs(origin: Lab) -> None:
    """RE-01: a bare `resume` will not run a second time what is running; told which run, it adopts what is finished."""
    driver = origin.start("run", "--max-workers", "2")
    while not any(task for task in origin.squares()):
        time.sleep(0.01)
    refused = origin.start("resume")
    said, _ = refused.communicate(timeout=60)
    assert refused.returncode == 1 and "SL0304" in said and "still running" in said, said
    named = origin.start("resume", "--origin-run-id", "2")
    said, _ = named.communicate(timeout=120)
    assert named.returncode == 0 and "is still running" in said and "Cloning" in said, said
    driver.communicate(timeout=120)
    assert driver.returncode == 0


def test_a_killed_run_resumes_at_once(origin: Lab) -> None:
    """RE-01: nobody has to wait until its heartbeat is missed."""
    driver = origin.start("run")
    while not origin.squares():
        time.sleep(0.01)
    kill(driver.pid)
    driver.communicate()
    resumed = origin.start("resume")
    said, _ = resumed.communicate(timeout=120)
    assert resumed.returncode == 0 and "still running" not in said, said
