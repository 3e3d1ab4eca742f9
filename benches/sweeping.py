"""What a project costs: many trials of one flow beside Metaflow's `Runner`, and the settings of a hundred bindings."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from measure import run

HERE = Path(__file__).parent
ROOT = HERE.parent
TRIALS, THEIR_TRIALS = 200, 10
BINDINGS, KEYS = 100, 1000
#: As many at a time as with us: two.
RUNNER = """
import asyncio, sys
from metaflow import Runner

async def trial(flow, gate, x):
    async with gate:
        with Runner(flow, show_output=False, pylint=False) as runner:
            running = await runner.async_run(x=x)
            await running.wait()
            assert running.status == "successful", running.status

async def main(flow, trials):
    gate = asyncio.Semaphore(2)
    await asyncio.gather(*(trial(flow, gate, x) for x in range(trials)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""
Row = tuple[str, str, str, "float | None", str]


def sweeping(ours: str, theirs: str) -> list[Row]:
    """The rows of the table."""
    flow = str(HERE / "flows" / "no_op.py")
    spinloom = str(Path(ours).with_name("spinloom"))
    values = ",".join(map(str, range(TRIALS)))
    mine = [
        run([spinloom, "sweep", flow, "--grid", f"x={values}", "-j", "2", "--objective", "loss"]).wall for _ in range(3)
    ]
    other = run([theirs, "-c", RUNNER, flow, str(THEIR_TRIALS)]).wall * TRIALS / THEIR_TRIALS
    took = statistics.median(mine)
    rows: list[Row] = [
        (
            f"sweep of {TRIALS} trials that do nothing, two at a time",
            f"{took:.2f} s",
            f"{other:.0f} s",
            other / took,
            "20×",
        )
    ]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        project(Path(folder))
        times = []
        for _ in range(12):
            began = time.perf_counter()
            command = [spinloom, "settings", "show"]
            done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
            times.append(time.perf_counter() - began)
        assert done.stdout.count(b"key_999") == BINDINGS
        shown = f"{statistics.median(times[2:]) * 1000:.0f} ms"
        rows.append((f"`settings show` of {BINDINGS} bindings of {KEYS:,} keys", shown, "", None, "under 150 ms"))
    return rows


def project(folder: Path) -> None:
    """A project with that many bindings: each says a tenth of the keys anew."""
    (folder / "spinloom.yaml").write_text('version: 1\nproject: demo\nmetaflows:\n  bindings: ["EXP_*"]\n')
    settings = folder / "settings"
    settings.mkdir()
    plain = "".join(f"  key_{n}: {n}\n" for n in range(KEYS))
    (settings / "settings.configuration.yaml").write_text(f"model:\n{plain}")
    for binding in range(BINDINGS):
        own = "".join(f"  key_{n}: {n + binding}\n" for n in range(0, KEYS, 10))
        (settings / f"settings.configuration.EXP_{binding:02}.yaml").write_text(f"model:\n{own}")
