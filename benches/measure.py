"""Runs commands as whole process trees and says what they cost."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one command cost: seconds of wall time, CPU seconds of the whole tree, peak MB of the first process."""

    wall: float
    cpu: float
    driver_mb: float


def run(argv: list[str], env: dict[str, str] | None = None) -> Cost:
    """Runs `argv` in an empty folder and waits for it; raises if it fails."""
    folder = tempfile.mkdtemp(prefix="bench-")
    full = {
        **os.environ,
        "METAFLOW_USER": "bench",
        "SPINLOOM_USER": "bench",
        "PYTHONDONTWRITEBYTECODE": "",
        **(env or {}),
    }
    full.pop("PYTHONDONTWRITEBYTECODE")
    full.pop("PYTHONUNBUFFERED", None)  # a program that prints does so as it would for its users
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(argv, cwd=folder, env=full, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        peak = _Peak(process.pid)
        said = process.stdout.read() if process.stdout else b""
        process.wait()
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    _wait_for_orphans(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(argv)} failed:\n{said.decode(errors='replace')[-2000:]}")
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Cost(wall, cpu, peak.finish())


def _wait_for_orphans(folder: str) -> None:
    """A tree is over when nobody works in its folder any more."""
    for _ in range(200):
        if not any(_cwd(p) == folder for p in os.listdir("/proc") if p.isdigit()):
            return
        time.sleep(0.01)


def _cwd(pid: str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


class _Peak:
    """The peak resident memory of one process, read until it is gone."""

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._peak = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while True:
            try:
                lines = self._status.read_text().splitlines()
            except OSError:
                return
            found = [line for line in lines if line.startswith("VmHWM")]
            if not found:
                return
            self._peak = max(self._peak, int(found[0].split()[1]) / 1024)
            time.sleep(0.02)

    def finish(self) -> float:
        self._thread.join(timeout=1)
        return self._peak


def median(costs: list[Cost], field: str) -> float:
    """The median of one field."""
    return statistics.median(getattr(cost, field) for cost in costs)


def alternate(ours: list[str], theirs: list[str], times: int) -> tuple[list[Cost], list[Cost]]:
    """Runs both commands in turn, after one warm-up each."""
    run(ours), run(theirs)
    pairs = [(run(ours), run(theirs)) for _ in range(times)]
    return [a for a, _ in pairs], [b for _, b in pairs]
