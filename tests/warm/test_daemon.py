"""`spinloom daemon status|stop|logs`."""

from __future__ import annotations

import json
import re

from .conftest import Project, is_alive


def test_status_without_one(project: Project) -> None:
    outcome = project.daemon("status")
    assert (outcome.exit_code, outcome.text) == (0, f"none is running for `{project.folder}`\n")
    assert json.loads(project.daemon("status", "--json").stdout)["data"] == {"daemons": []}


def test_status(project: Project) -> None:
    project.warm_up()
    project.flow("")
    project.warmly()
    project.why_cold(OMP_NUM_THREADS="1")
    project.ready()
    shown = project.daemon("status").stdout
    pattern = rf"""{project.folder}
  interpreter  {project.folder}/.venv/bin/python
  state        ready, \d+ modules loaded
  process      \d+, for 0 min
  memory       \d+ MiB warm interpreter, \d MiB supervisor
  served       1 warm, 1 cold, 0 running
  last cold    `OMP_NUM_THREADS` is not what libraries were loaded with
  log          {project.runtime}/spinloom/[0-9a-f]+.log
"""
    assert re.fullmatch(pattern, shown), shown


def test_status_for_programs(project: Project) -> None:
    project.warm_up()
    figures = project.ready()
    assert figures["state"] == "ready" and figures["modules"] > 50
    assert 2 << 20 < figures["warm_bytes"] < 200 << 20 and figures["supervisor_bytes"] < 20 << 20
    assert is_alive(figures["pid"]) and is_alive(figures["warm_pid"])


def test_stop(project: Project) -> None:
    project.warm_up()
    figures = project.ready()
    outcome = project.daemon("stop")
    assert outcome.text == f"stopped {figures['pid']} of `{project.folder}`\n"
    assert not is_alive(figures["pid"]) and not is_alive(figures["warm_pid"]), "it has left when this returns"
    assert project.daemon("stop").text == f"none is running for `{project.folder}`\n"


def test_stop_lets_what_runs_end(project: Project) -> None:
    project.warm_up()
    project.flow("print('begun', flush=True)\nprint('read', input())")
    terminal = project.terminal()
    terminal.until("begun")
    stopped = json.loads(project.daemon("stop", "--json").stdout)["data"]["stopped"]
    assert [one["running"] for one in stopped] == [1]
    terminal.type(b"on\n")
    assert terminal.end() == 0
    assert "read on" in terminal.screen.text


def test_logs(project: Project) -> None:
    package = project.packages / "noisy"
    package.mkdir()
    (package / "__init__.py").write_text("print('noise of an import', flush=True)")
    project.warm_up("import noisy")
    assert project.daemon("logs").stdout == "noise of an import\n"
    assert json.loads(project.daemon("logs", "--json").stdout)["data"]["logs"][0]["text"] == "noise of an import\n"


def test_logs_of_none(project: Project) -> None:
    outcome = project.daemon("logs")
    assert outcome.exit_code == 4
    assert outcome.stderr.startswith(f"error[SL0301]: none is running for `{project.folder}`\n")


def test_all_of_a_users(project: Project) -> None:
    project.warm_up()
    inner = project.folder / "inner"
    (inner / ".spinloom").mkdir(parents=True)
    within = Project(inner, project.runtime, project.spinloom, project.env)
    assert within.figures == {}, "another project"
    daemons = json.loads(within.daemon("status", "--all", "--json").stdout)["data"]["daemons"]
    assert [one["project"] for one in daemons] == [str(project.folder)]
