"""RE-01: runs `flow.py` until `join` is recorded as done and `hang` hangs, then kills it and all its processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from metaflow import Flow, namespace

driver = subprocess.Popen(
    [sys.executable, "flow.py", "run"], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
)
namespace(None)


def hangs() -> bool:
    """`hang` is at work, and that is on record, as is what came before it."""
    if not Path("hangs").exists():
        return False
    run = Flow("KilledFlow").latest_run
    return "hang" in run and run["join"].task.successful


try:
    while not hangs():
        assert driver.poll() is None, "the run ended by itself"
        time.sleep(0.02)
finally:
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
print("killed")
