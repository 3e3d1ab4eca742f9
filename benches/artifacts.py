"""What it costs to hand a value to the next step: saved, loaded, carried, on disk, in memory, and sent.

Both products run `flows/hand_over.py`. *Save* is the time from the last line of the step that made the value to the first
line of the next, less the same time when nothing is saved: pickling, hashing, compressing, writing. *Load* is measured
inside the next step: from before the artifact is touched until all of it was read.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

HERE = Path(__file__).parent
GIB = 1 << 30


@dataclass(frozen=True)
class HandOver:
    """Seconds from one step to the next, with the value and without, to write a plain gibibyte just before, to open and to
    load; bytes on disk; bytes of memory beyond what the value itself took."""

    handed: float
    without: float
    written: float
    opened: float
    load: float
    disk: int
    memory: int

    @property
    def save(self) -> float:
        """Seconds that saving adds; what cannot be told from nothing counts as a millisecond."""
        return max(self.handed - self.without, 1e-3)


def notes_of(python: str, flow: str, folder: Path, *top: str, **env: str) -> list[dict[str, float]]:
    """Runs `flows/<flow>` in `folder` and returns what its steps noted."""
    shutil.copy(HERE / "flows" / flow, folder)
    notes = folder / "notes"
    notes.unlink(missing_ok=True)
    full = {**os.environ, "METAFLOW_USER": "bench", "SPINLOOM_USER": "bench", "BENCH_NOTES": str(notes), **env}
    full["SPINLOOM_CLIENT_CACHE_PATH"] = str(folder / "cache")
    command = [python, flow, "--no-pylint", *top, "run"]
    done = subprocess.run(command, cwd=folder, env=full, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    return [json.loads(line) for line in notes.read_text().splitlines()]


def disk(folder: Path) -> int:
    """Bytes that files take on the disk, holes left out."""
    return sum(file.lstat().st_blocks * 512 for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def hand_over(python: str, kind: str, **env: str) -> HandOver:
    """Measures one kind of value, once."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        without = notes_of(python, "hand_over.py", folder, BENCH_KIND=kind, BENCH_SAVE="0", **env)
        before = disk(folder)
        made, handed, loaded = notes_of(python, "hand_over.py", folder, BENCH_KIND=kind, BENCH_SAVE="1", **env)
        return HandOver(
            handed=handed["seconds"],
            without=without[1]["seconds"],
            written=made["written"],
            opened=loaded["opened"],
            load=loaded["seconds"],
            disk=disk(folder) - before,
            memory=peak_of_start(python, folder) - int(made["peak"]),
        )


def best(rounds: list[HandOver]) -> HandOver:
    """The least of each figure; of memory, the most."""
    columns = zip(*(astuple(one) for one in rounds), strict=True)
    *least, memories = columns
    return HandOver(*map(min, least), max(memories))


def peak_of_start(python: str, folder: Path) -> int:
    """Peak memory of the task that saved, if the product records it; else that of nothing."""
    spinloom = Path(python).parent / "spinloom"
    if not spinloom.exists():
        return 0
    ask = "SELECT MAX(max_rss_kib) FROM attempts"
    import sqlite3

    with sqlite3.connect(folder / ".spinloom/metadata.db") as database:
        (peak,) = database.execute(ask).fetchone()
    return int(peak or 0) << 10


def through_ten_steps(python: str, size: int, read: bool, times: int) -> float:
    """Median seconds of one of ten steps that carry an array of `size` numbers on."""
    took = []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            env = {"BENCH_SIZE": str(size), "BENCH_READ": "1" if read else "0"}
            took.append(notes_of(python, "ten_steps.py", Path(name), **env)[-1]["seconds"])
    return statistics.median(took)


def appended(python: str) -> tuple[int, int]:
    """Bytes an object store gets for a table, and then for the same table with a hundredth more rows."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        store = folder / "objects"
        sent = []
        for kind in ("frame_arrow", "frame_appended"):
            where = ("--datastore", f"file://{store}")
            notes_of(python, "hand_over.py", folder, *where, BENCH_KIND=kind, BENCH_SAVE="1")
            sent.append(disk(store))
        return sent[0], sent[1] - sent[0]


def limits(python: str) -> dict[str, float]:
    """Seconds that this machine takes at best, see `limits.py`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        command = [python, str(HERE / "limits.py"), folder]
        return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """`python benches/artifacts.py PYTHON KIND…`: one product's figures, for looking at."""
    python, *kinds = sys.argv[1:]
    for kind in kinds:
        began = time.perf_counter()
        print(kind, hand_over(python, kind), f"{time.perf_counter() - began:.1f}s", flush=True)


if __name__ == "__main__":
    main()
