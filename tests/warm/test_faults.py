"""What goes wrong: killed processes, sockets of others, flows that do not parse, too much memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess

import pytest

from .conftest import Project, is_alive, wait_until


def test_a_daemon_that_is_killed_in_the_middle(project: Project) -> None:
    project.warm_up()
    project.flow("import os, time\nprint('I am', os.getpid(), flush=True)\ntime.sleep(600)")
    terminal = project.terminal(columns=200)
    pid = int(terminal.until(r"I am \d+$").split()[-1])
    os.kill(project.figures["pid"], signal.SIGKILL)
    assert terminal.end() == 1
    error, hint = terminal.screen.text.splitlines()[-2:]
    assert re.match(r"error\[SL0202\]: the process that ran this was killed", error)
    assert hint == "hint: run the command again: it starts cold, and makes a new one"
    wait_until(lambda: not is_alive(pid), "the process is gone")
    project.flow("")
    assert project.why_cold() == "there is no warm interpreter yet"


def test_a_warm_interpreter_that_is_killed_in_the_middle(project: Project) -> None:
    project.warm_up()
    project.flow("import os, time\nprint('I am', os.getpid(), flush=True)\ntime.sleep(600)")
    terminal = project.terminal()
    pid = int(terminal.until(r"I am \d+$").split()[-1])
    old = project.figures["warm_pid"]
    os.kill(old, signal.SIGKILL)
    assert terminal.end() == 1
    wait_until(lambda: not is_alive(pid), "the process is gone")
    wait_until(lambda: project.ready()["warm_pid"] != old, "there is another")


def test_a_syntax_error(project: Project) -> None:
    project.warm_up()
    (project.folder / "flow.py").write_text("from spinloom import FlowSpec\n\nclass Flow(FlowSpec:\n    pass\n")
    warm, cold = project.warmly(), project.cold()
    assert (warm.exit_code, warm.text) == (cold.exit_code, cold.text)
    assert "SyntaxError: invalid syntax" in warm.stderr


def test_an_import_that_fails(project: Project) -> None:
    project.warm_up()
    project.flow("import helper")
    (project.folder / "helper.py").write_text("def broken():\n    raise KeyError('no')\n\nbroken()\n")
    warm, cold = project.warmly(), project.cold()
    assert (warm.exit_code, warm.text) == (cold.exit_code, cold.text)
    assert "KeyError: 'no'" in warm.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("which", ["socket", "folder"])
def test_a_socket_of_another_user(which: str, project: Project) -> None:
    project.warm_up()
    folder = project.runtime / "spinloom"
    theirs = folder if which == "folder" else next(folder.glob("*.sock"))
    os.chown(theirs, 12345, -1)
    outcome = project.check()
    assert outcome.exit_code == 0
    assert outcome.stderr.startswith(f"warning: this starts cold: `{theirs}` belongs to another user\nhint: remove it")
    os.chown(theirs, 0, -1)
    assert project.figures["warm"] == 0, "it was not asked"


def test_a_folder_that_others_may_enter(project: Project) -> None:
    folder = project.runtime / "spinloom"
    folder.mkdir(mode=0o777)
    folder.chmod(0o755)
    project.flow("")
    outcome = project.check()
    assert outcome.exit_code == 0
    assert outcome.stderr.startswith(f"warning: this starts cold: `{folder}` is open to other users\n")
    assert not list(folder.iterdir()), "none was started"
    folder.chmod(0o700)


def test_what_is_left_of_one_that_was_killed(project: Project) -> None:
    project.warm_up()
    os.kill(project.figures["pid"], signal.SIGKILL)
    wait_until(lambda: not project.figures, "it is gone")
    assert project.why_cold() == "there is no warm interpreter yet"
    assert project.ready(), "a new one took the place of its socket, and knew what to load"


def test_too_much_memory(project: Project) -> None:
    project.env["SPINLOOM_SPIN_MEMORY"] = "1M"
    project.flow("")
    assert project.check().exit_code == 0
    figures = wait_until(lambda: (now := project.figures)["state"] == "cold" and now, "it has given up")
    assert re.fullmatch(r"it takes \d+ MiB, more than the 1 MiB it may \(`SPINLOOM_SPIN_MEMORY`\)", figures["why_cold"])
    assert figures["warm_pid"] is None
    assert project.why_cold() == figures["why_cold"]


def test_it_leaves_when_nobody_asks(project: Project) -> None:
    project.env["SPINLOOM_SPIN_IDLE"] = "0.5"
    project.flow("")
    assert project.check().exit_code == 0
    wait_until(lambda: not list((project.runtime / "spinloom").glob("*.sock")), "it is gone")


def test_it_does_not_leave_while_something_runs(project: Project) -> None:
    project.env["SPINLOOM_SPIN_IDLE"] = "2"
    project.warm_up()
    project.flow("import time; time.sleep(3); print('done')")
    assert project.warmly().stdout == "done\n"


def test_it_is_off_where_it_is_told_to_be(project: Project) -> None:
    project.flow("")
    for env in ({"SPINLOOM_SPIN_DAEMON": "0"}, {"CI": "1", "SPINLOOM_SPIN_DAEMON": ""}):
        assert project.why_cold(**env) == "`SPINLOOM_SPIN_DAEMON` says no, or this is continuous integration"
    assert not list(project.runtime.iterdir())


def test_a_daemon_keeps_nothing_of_the_command_that_started_it(project: Project) -> None:
    """No descriptor that a pipeline or a lock would wait for, and no terminal."""
    project.flow("")
    reader, writer = os.pipe()
    subprocess.run(project.words(), cwd=project.folder, env=project.env, pass_fds=[writer], stdout=writer, check=True)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        assert "is valid" in pipe.read(), "the end of the pipe is seen, with the daemon still there"
    figures = project.ready()
    for pid in (figures["pid"], figures["warm_pid"]):
        assert os.getsid(pid) != os.getsid(0)
        assert not any("pts" in os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd"))


def test_it_does_nothing_while_nobody_asks(project: Project) -> None:
    """It sleeps: what it has used of the processor does not grow."""
    project.warm_up()
    figures = project.ready()

    def switches(pid: int) -> list[str]:
        with open(f"/proc/{pid}/status") as status:
            return [line for line in status if "ctxt_switches" in line]

    before = switches(figures["warm_pid"])
    project.figures  # noqa: B018  # the supervisor answers by itself
    assert switches(figures["warm_pid"]) == before
