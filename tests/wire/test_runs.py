"""Runs of an unmodified Metaflow whose metadata service is our server."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.product import Outcome, Product
from wire.service import Service, serving

FLOWS = Path(__file__).parent / "flows"
WHOLE = bool(os.environ.get("SPINLOOM_TEST_FULL"))


@pytest.fixture
def service(spinloom: Product, tmp_path: Path) -> Iterator[Service]:
    """A server over an empty store."""
    with serving(spinloom, tmp_path / "server") as service:
        yield service


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where flows run, with a store of Metaflow's for their data."""
    (tmp_path / "work" / ".metaflow").mkdir(parents=True)
    return tmp_path / "work"


def done(client: Product, folder: Path, script: str, *arguments: str, **env: str) -> Outcome:
    """Runs a script of `flows/`, which must end well."""
    path = folder / script
    if not path.exists():
        shutil.copy(FLOWS / script, path)
    outcome = client.run([script, *arguments], folder, **env)
    assert outcome.exit_code == 0, outcome.text
    return outcome


def asked(client: Product, folder: Path) -> dict[str, Any]:
    return json.loads(done(client, folder, "ask_wide.py").stdout)


def test_a_wide_foreach(service: Service, metaflow: Product, folder: Path) -> None:
    """Of two hundred when everything runs: Metaflow takes minutes for it."""
    wide = 200 if WHOLE else 20
    client = service.client(metaflow)
    done(client, folder, "wide.py", "run", "--n", str(wide), "--max-num-splits", "200", "--max-workers", "4")
    said = asked(client, folder)
    assert said == {
        "runs": ["1"],
        "successful": True,
        "tasks": wide,
        "indices": list(range(wide)),
        "total": sum(n**2 for n in range(wide)),
        "children": wide,
        "parents": wide,
        "same": True,
        "origin": "WideFlow/None",  # as Metaflow says of runs that are no resume, where metadata is a service
        "namespaces": {"user:tester": 1, "user:nobody": 0},
    }
    assert service.ours("list", "WideFlow")["runs"][0]["status"] == "done"


def test_runs_at_the_same_time(service: Service, metaflow: Product, folder: Path) -> None:
    client = service.client(metaflow)
    done(client, folder, "wide.py", "check")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: done(client, folder, "wide.py", "run"), range(3)))
    runs = service.get("/flows/WideFlow/runs")
    assert sorted(run["run_number"] for run in runs) == [1, 2, 3]
    assert asked(client, folder)["runs"] == ["1", "2", "3"]
    assert len(service.get("/flows/WideFlow/runs?status=completed")) == 3


def test_a_run_and_its_tasks_are_heard_of(service: Service, metaflow: Product, folder: Path) -> None:
    done(service.client(metaflow), folder, "slow.py", "run")
    run = service.get("/flows/SlowFlow/runs/1")
    (task,) = service.get("/flows/SlowFlow/runs/1/steps/start/tasks")
    assert run["last_heartbeat_ts"] and task["last_heartbeat_ts"]


def test_a_run_is_resumed_by_its_number(service: Service, metaflow: Product, folder: Path) -> None:
    client = service.client(metaflow)
    script = shutil.copy(FLOWS / "stumbling.py", folder / "stumbling.py")
    assert client.run([script, "run"], folder).exit_code == 1
    (folder / "go").touch()
    outcome = done(client, folder, "stumbling.py", "resume", "--origin-run-id", "1")
    assert "number 8" in outcome.text
    said = {datum["field_name"]: datum["value"] for datum in service.get("/flows/StumblingFlow/runs/2/metadata")}
    assert said["origin-run-id"] == "1"


def test_who_comes_second_to_a_shared_resume_finds_it_made(service: Service, metaflow: Product, folder: Path) -> None:
    """As tasks of one scheduler's run do, each of which resumes it first: who makes the run leads, the others learn of it by 409."""
    client = service.client(metaflow)
    script = shutil.copy(FLOWS / "stumbling.py", folder / "stumbling.py")
    assert client.run([script, "run"], folder).exit_code == 1
    words = ["resume", "--origin-run-id", "1", "--run-id", "again-x", "--reentrant", "--clone-only"]
    first = done(client, folder, "stumbling.py", *words, "--resume-identifier", "first")
    assert "Resume leader is first" in first.text
    done(client, folder, "stumbling.py", *words, "--resume-identifier", "second")
    assert service.get("/flows/StumblingFlow/runs/again-x")["run_number"] == "again-x"
    assert len(service.get("/flows/StumblingFlow/runs")) == 2


def test_tasks_are_run_one_by_one_under_chosen_ids(service: Service, metaflow: Product, folder: Path) -> None:
    """As a scheduler such as Argo does: every task is a process that names run and task itself."""
    client = service.client(metaflow)
    chosen = ("--run-id", "argo-x1")
    done(client, folder, "stumbling.py", "init", *chosen, "--task-id", "t-parameters")
    (folder / "go").touch()
    inputs = "argo-x1/_parameters/t-parameters"
    for step in ("start", "middle", "end"):
        done(client, folder, "stumbling.py", "step", step, *chosen, "--task-id", f"t-{step}", "--input-paths", inputs)
        inputs = f"argo-x1/{step}/t-{step}"
    run = service.get("/flows/StumblingFlow/runs/argo-x1")
    assert run["run_number"] == "argo-x1"
    (task,) = service.get("/flows/StumblingFlow/runs/argo-x1/steps/end/tasks")
    assert task["task_id"] == "t-end"
    assert service.get("/flows/StumblingFlow/runs?status=completed")[0]["run_number"] == "argo-x1"


def test_its_runs_are_ours_too(service: Service, metaflow: Product, folder: Path) -> None:
    done(service.client(metaflow), folder, "wide.py", "run", "--tag", "theirs")
    (run,) = service.ours("list", "WideFlow")["runs"]
    assert (run["pathspec"], run["status"], run["tags"]) == ("WideFlow/1", "done", ["theirs"])
    tasks = service.ours("show", "WideFlow/1/square")
    assert sorted(task["indices"] for task in tasks["tasks"]) == [[0], [1], [2]]


def test_a_server_that_comes_back_is_waited_for(
    spinloom: Product, metaflow: Product, folder: Path, tmp_path: Path
) -> None:
    with serving(spinloom, tmp_path / "server") as service:
        port = service.url.rpartition(":")[2]
        client = service.client(metaflow)
        done(client, folder, "stumbling.py", "check")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(done, client, folder, "slow.py", "run")
        with serving(spinloom, tmp_path / "server", port=port) as again:
            running.result()
            assert again.get("/flows/SlowFlow/runs?status=completed")


def test_below_a_prefix(spinloom: Product, metaflow: Product, folder: Path, tmp_path: Path) -> None:
    with serving(spinloom, tmp_path / "server", "--path-prefix", "/team/metaflow") as service:
        client = service.client(metaflow)
        done(client, folder, "slow.py", "run", METAFLOW_SERVICE_URL=f"{service.url}/team/metaflow")
        assert service.get("/flows/SlowFlow/runs/1")["last_heartbeat_ts"]
