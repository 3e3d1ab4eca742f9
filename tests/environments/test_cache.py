"""The cache of environments: many processes, processes that are killed, and the command that looks after it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .conftest import Place

FLOW = """
class PackedFlow(FlowSpec):
    @pypi(packages={"six": "1.16.0"})
    @step
    def start(self):
        import six
        self.version = six.__version__
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def begin(place: Place, *words: str, **env: str) -> subprocess.Popen[bytes]:
    """A run in a group of its own, as a shell starts one."""
    environment = place.product.environment(place.folder, **{**place.variables, **env})
    command = [place.product.python, "flow.py", "--environment=pypi", *(words or ("run",))]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=place.folder, env=environment, stdout=pipe, stderr=pipe, start_new_session=True
    )


def slow_uv(place: Place) -> Path:
    """uv, but for a pause before it installs."""
    script = place.folder / "slow-uv"
    uv = place.product.bin / "uv"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in "pip sync"*) touch installing; sleep 30 & wait $! ;; esac\nexec {uv} "$@"\n'
    )
    script.chmod(0o755)
    return script


def wait_for(file: Path) -> None:
    """Until a file is there; the test's own time limit bounds it."""
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} never came"
        time.sleep(0.01)


def test_processes_at_once_build_it_once(place: Place) -> None:
    """One builds, the others wait for it and use the same."""
    place.write(FLOW)
    runs = [begin(place) for _ in range(3)]
    said = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert sum(b"built with 1 package" in out + err for out, err in said) == 1
    assert len(place.environments()) == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_build_that_is_stopped_leaves_nothing_to_be_used(place: Place, how: signal.Signals) -> None:
    """After Ctrl-C nothing is there; after a kill, what is there is never used, and the next run builds it anew."""
    place.write(FLOW)
    run = begin(place, SPINLOOM_UV=str(slow_uv(place)))
    wait_for(place.folder / "installing")
    os.killpg(run.pid, how)
    _, said = run.communicate(timeout=60)
    assert run.returncode != 0
    built = place.folder.parent / "environments" / "built"
    if how == signal.SIGINT:
        assert b"interrupted while environments were built" in said and b"Traceback" not in said
        assert list(built.iterdir()) == []
    assert not place.environments()
    assert place.flow("run").exit_code == 0
    assert len(place.environments()) == 1


def test_the_command_lists_shows_and_cleans(place: Place) -> None:
    """Environments are listed with what was asked for; what a run uses is not removed."""
    place.write(FLOW)
    assert place.flow("run").exit_code == 0
    (kept,) = place.environments()
    assert kept["requirements"] == ["six==1.16.0"] and kept["bytes"] > 10_000
    listed = place.spinloom("environment", "list")
    assert listed.stdout.startswith(kept["id"][:10]) and "six==1.16.0" in listed.stdout
    shown = place.spinloom("environment", "show", kept["id"][:6], "--json")
    data = json.loads(shown.stdout)["data"]
    assert data["packages"] == [{"name": "six", "version": "1.16.0"}]
    assert "--hash=sha256:" in data["lock"]
    assert place.spinloom("environment", "show", "zz").exit_code == 4
    assert "1 environment could be removed" in place.spinloom("environment", "clean").stdout
    assert "nothing to remove" in place.spinloom("environment", "clean", "--unused-for", "1h", "--yes").stdout
    assert "removed 1 environment" in place.spinloom("environment", "clean", "--yes").stdout
    assert not place.environments()


def test_what_a_run_uses_stays(place: Place) -> None:
    """A run holds its environments until it is over."""
    place.write(
        FLOW.replace(
            "import six",
            "import os, six, time\n        open('here', 'w').close()\n        while not os.path.exists('go'): time.sleep(0.01)",
        )
    )
    run = begin(place)
    wait_for(place.folder / "here")
    cleaned = place.spinloom("environment", "clean", "--yes")
    assert "1 environment is in use: kept" in cleaned.stdout, cleaned.text
    (place.folder / "go").touch()
    assert run.wait(timeout=60) == 0
    assert "removed 1 environment" in place.spinloom("environment", "clean", "--yes").stdout


def test_nothing_outlives_a_driver_that_is_killed(place: Place) -> None:
    """The interpreter of an environment and its tasks die with the run that started them."""
    place.write(
        FLOW.replace(
            "import six",
            "import os, time\n        open('pids.new', 'w').write(f'{os.getpid()} {os.getppid()}')\n"
            "        os.rename('pids.new', 'pids'); time.sleep(600)\n        import six",
        )
    )
    run = begin(place, "run", "--isolation", "fork")
    wait_for(place.folder / "pids")
    run.kill()
    run.wait(timeout=60)
    pids = [int(word) for word in (place.folder / "pids").read_text().split()]
    deadline = time.monotonic() + 60
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, f"{pids} live on"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_environments_can_be_built_anew(place: Place) -> None:
    """DE-12: `--force-rebuild-environments` resolves and builds whatever is in the cache."""
    place.write(FLOW)
    assert "built with" in place.flow("run").text
    assert "built with" in place.flow("--force-rebuild-environments", "run").text
