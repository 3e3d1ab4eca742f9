"""One step that does nothing, spun: warm, cold, and by Metaflow, in turn.

A spin is measured as its user waits for it: from the start of the command to its exit, by the clock.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROUNDS = 5
WARM_A_ROUND = 5


def spins(name: str, ours: str, theirs: str, rounds: int = ROUNDS) -> tuple[float, float, float, float]:
    """Median seconds of a spin of `flows/<name>`: warm, cold, Metaflow's; and of its body in a live IPython session."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, tempfile.TemporaryDirectory(prefix="run-") as runtime:
        shutil.copy(HERE / "flows" / name, folder)
        env = {**os.environ, "METAFLOW_USER": "bench", "XDG_RUNTIME_DIR": runtime, "SPINLOOM_SPIN_DAEMON": "1"}
        native = str(Path(ours).parent / "spinloom")

        def timed(*argv: str) -> float:
            began = time.perf_counter()
            done = subprocess.run(argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            took = time.perf_counter() - began
            if done.returncode:
                raise SystemExit(f"{' '.join(argv)} failed:\n{done.stdout}{done.stderr}")
            if "cold start" in done.stderr and warmed:
                raise SystemExit(f"a spin was not served warm: {done.stderr}")
            return took

        warmed = False
        warm = (native, "--python", ours, "spin", name, "train", "--verbose")
        cold, other = (ours, name, "spin", "train"), (theirs, name, "--no-pylint", "spin", "train")
        timed(ours, name, "run")
        timed(theirs, name, "--no-pylint", "run")
        for _ in range(2):  # the first teaches what is imported, the second what only a warm process imports
            timed(*warm)
            _wait_until_warm(native, folder, env)
        warmed = True
        took: dict[tuple[str, ...], list[float]] = {warm: [], cold: [], other: []}
        for _ in range(rounds):
            took[other].append(timed(*other))
            took[cold].append(timed(*cold))
            took[warm] += [timed(*warm) for _ in range(WARM_A_ROUND)]
        subprocess.run([native, "daemon", "stop", "--all"], cwd=folder, env=env, check=True, capture_output=True)
        session = (ours, str(HERE / "live_session.py"), name, str(ROUNDS * WARM_A_ROUND))
        live = subprocess.run(session, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout
    of_warm, of_cold, of_other = (statistics.median(took[command]) for command in (warm, cold, other))
    return of_warm, of_cold, of_other, float(live)


def _wait_until_warm(native: str, folder: str, env: dict[str, str]) -> None:
    for _ in range(600):
        command = [native, "daemon", "status", "--json"]
        told = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout
        daemons = json.loads(told)["data"]["daemons"]
        if daemons and daemons[0]["state"] == "ready":
            return
        time.sleep(0.1)
    raise SystemExit(f"there is no warm interpreter: {told}")
