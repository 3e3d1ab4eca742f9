"""Each process of a run is killed at random instants: the store opens, nothing is half-visible, the run resumes."""

from __future__ import annotations

import random
import signal
import time

import pytest

from crash.conftest import Lab, descendants, kill, nobody_left

INSTANTS = range(8)


def moment(kind: str, number: int) -> float:
    """Seconds to wait before the blow, the same in every session."""
    return random.Random(f"{kind}/{number}").uniform(0.05, 0.8)


@pytest.mark.parametrize("number", INSTANTS)
def test_the_driver_is_killed(lab: Lab, number: int) -> None:
    """RE-01: with the driver go the zygote and all tasks; `resume` completes the run."""
    driver = lab.start("run")
    time.sleep(moment("driver", number))
    driver.kill()
    driver.communicate()
    assert nobody_left(lab.folder), "a process outlived its driver"
    lab.check_and_resume()


@pytest.mark.parametrize("number", INSTANTS)
def test_the_zygote_is_killed(lab: Lab, number: int) -> None:
    """The driver notices, says so and ends; `resume` completes the run."""
    driver = lab.start("run")
    time.sleep(moment("zygote", number))
    for zygote in descendants(driver.pid)[:1]:
        kill(zygote)
    said, _ = driver.communicate(timeout=60)
    assert driver.returncode in (0, 1, -9), said
    assert nobody_left(lab.folder)
    lab.check_and_resume()


@pytest.mark.parametrize("number", INSTANTS)
def test_a_task_is_killed(lab: Lab, number: int) -> None:
    """RU-01, RU-08: the run fails and names the signal; tasks that finished are kept."""
    driver = lab.start("run")
    time.sleep(moment("task", number))
    tasks = descendants(driver.pid)[1:]
    if tasks:
        kill(random.Random(number).choice(tasks))
    said, _ = driver.communicate(timeout=60)
    assert driver.returncode in (0, 1), said
    if driver.returncode == 1:
        assert "SIGKILL" in said
    lab.check_and_resume()


def test_one_ctrl_c_stops_politely(lab: Lab) -> None:
    """RU-09: the run is recorded as stopped and the message says how to go on."""
    driver = lab.start("run")
    while driver.stdout and "working on" not in driver.stdout.readline():
        pass
    driver.send_signal(signal.SIGINT)
    said, _ = driver.communicate(timeout=60)
    assert driver.returncode == 1, said
    assert "resume" in said
    assert nobody_left(lab.folder)
    lab.check_and_resume()


def test_two_ctrl_c_stop_at_once(lab: Lab) -> None:
    """RU-09: tasks that do not listen are killed with the second one."""
    flow = lab.folder / "grid_flow.py"
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n        time.sleep(60)"
    deaf = deaf.replace("\n", "\n        ", 1)
    flow.write_text(flow.read_text().replace("time.sleep(0.3)", deaf))
    driver = lab.start("run")
    while driver.stdout and "working on" not in driver.stdout.readline():
        pass
    time.sleep(0.3)
    driver.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert driver.poll() is None, "deaf tasks are given a few seconds"
    driver.send_signal(signal.SIGINT)
    driver.communicate(timeout=4)
    assert driver.returncode == 1
    assert nobody_left(lab.folder)
