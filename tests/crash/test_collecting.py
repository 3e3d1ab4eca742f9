"""Garbage is collected beside running flows, and cut short: what runs need is there, whatever came between."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from crash.conftest import SPINLOOM, Lab, descendants, kill

NOW = ("gc", "--yes", "--grace", "0")


def age(folder: Path) -> None:
    """Makes all chunks a day old: garbage, as soon as no run needs them."""
    then = time.time() - 86_400
    for path in folder.glob(".spinloom/chunks/*/*"):
        os.utime(path, (then, then))


def is_good(lab: Lab) -> None:
    """Nothing is missing or damaged, and every value reads as it was saved."""
    checked = lab.run(SPINLOOM, "fsck")
    assert checked.returncode == 0, checked.stdout
    for index, square in lab.squares():
        assert square == index * index


def collector(lab: Lab) -> subprocess.Popen[bytes]:
    """A process that collects again and again."""
    loop = f"while :; do {SPINLOOM} {' '.join(NOW)} >/dev/null || exit 1; done"
    return subprocess.Popen(["/bin/sh", "-c", loop], cwd=lab.folder, env=lab.env())


def test_a_collector_beside_runs_that_want_its_garbage(lab: Lab) -> None:
    """Each run saves what the one before it saved, which is garbage by then, and is being removed."""
    first = lab.start("run")
    first.communicate(timeout=60)
    for _ in range(3):
        age(lab.folder)
        assert lab.run(SPINLOOM, "runs", "delete", "--flow", "GridFlow", "--yes").returncode == 0
        driver, beside = lab.start("run"), collector(lab)
        said, _ = driver.communicate(timeout=60)
        assert beside.poll() is None, "the collector failed"
        kill(beside.pid)
        beside.wait()
        assert driver.returncode == 0, said
        is_good(lab)


@pytest.mark.parametrize("number", range(3))
def test_a_killed_run_is_resumed_after_a_collection(lab: Lab, number: int) -> None:
    """What a dead driver's tasks had saved and reported is kept, though its run is over; `resume` goes on."""
    driver = lab.start("run")
    while lab.run(SPINLOOM, "list", "GridFlow").returncode != 0:
        assert driver.poll() is None
    time.sleep(number * 0.3)
    for process in descendants(driver.pid):
        kill(process)
    driver.kill()
    driver.communicate()
    age(lab.folder)
    collecting = subprocess.Popen([SPINLOOM, *NOW], cwd=lab.folder, env=lab.env(), stdout=subprocess.DEVNULL)
    time.sleep(0.002 * number)
    collecting.kill()
    collecting.wait()
    is_good(lab)
    assert lab.run(SPINLOOM, *NOW).returncode == 0
    is_good(lab)
    lab.check_and_resume()
    is_good(lab)


def test_a_run_that_is_resumed_is_not_deleted(lab: Lab) -> None:
    """Deleting what a running run takes over is refused; later it is not, and what was taken over stays."""
    driver = lab.start("run")
    while driver.stdout and "working on" not in driver.stdout.readline():
        pass
    driver.send_signal(signal.SIGINT)
    driver.communicate()
    resumed = lab.start("resume", "--origin-run-id", "1")
    while resumed.stdout and "working on" not in resumed.stdout.readline():
        pass
    refused = lab.run(SPINLOOM, "runs", "delete", "GridFlow/1", "--yes")
    assert (refused.returncode, "SL0311" in refused.stderr) == (7, True), refused.stderr
    said, _ = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, said
    deleted = lab.run(SPINLOOM, "runs", "delete", "GridFlow/1", "--yes")
    assert deleted.returncode == 0, deleted.stderr
    assert "what it saved stays for `GridFlow/2`" in deleted.stdout
    age(lab.folder)
    assert lab.run(SPINLOOM, *NOW).returncode == 0
    is_good(lab)
