"""A store of a million runs that never ran, the same for the same seed but for the time it ends at, which is now.

Usage: python synthetic.py STORE [--runs N] [--complete N] [--tasks N] [--seed N]

200 flows (Zipf), 50 users, 180 days, tags and parameters. The newest runs are complete, with steps, tasks and attempts; the others are rows
of the runs table alone. One run of `BigFlow` has 50,000 tasks, of which one in a hundred was tried twice. The newest 200 runs are
running. Written by the schema that the migrations make, in a few large transactions.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

MIGRATIONS = Path(__file__).parent.parent / "crates/metadata/src/providers/sqlite/migrations"
FLOWS, USERS, DAYS = 200, 50, 180
RUNNING = 200
SECOND = 1_000_000
STEPS = ("start", "prepare", "train", "join", "end")
WIDTH = 8
STATUSES = (["done"] * 84) + (["failed"] * 11) + (["stopped"] * 3) + (["running"] * 2)  # The last are lost.
BATCH = 20_000


def main() -> None:
    """Makes the store the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--complete", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=7)
    make(**vars(parser.parse_args()))


def make(store: Path, runs: int, complete: int, tasks: int, seed: int = 7) -> None:
    """Fills an empty store."""
    store.mkdir(parents=True)
    (store / "format.json").write_text('{"format":"spinloom-store","version":[1,0]}')
    db = sqlite3.connect(store / "metadata.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = wal")
    db.execute("PRAGMA synchronous = off")
    versions = sorted(MIGRATIONS.glob("*.sql"), key=lambda path: [int(n) for n in path.stem.split(".")])
    for path in versions:
        db.executescript(path.read_text())
    major, minor = (int(n) for n in versions[-1].stem.split("."))
    db.execute(f"PRAGMA user_version = {major << 16 | minor}")
    Maker(db, runs, complete, tasks, random.Random(seed)).fill()
    db.execute("PRAGMA wal_checkpoint(truncate)")
    db.close()


class Maker:
    """What is known while runs are made."""

    def __init__(self, db: sqlite3.Connection, runs: int, complete: int, tasks: int, chance: random.Random) -> None:
        self.db, self.runs, self.complete, self.tasks, self.chance = db, runs, complete, tasks, chance
        self.now = int(time.time()) * SECOND
        self.first = self.now - DAYS * 86_400 * SECOND
        self.flows = [f"Flow{n:03d}" for n in range(1, FLOWS)] + ["BigFlow"]
        self.weights = list(itertools.accumulate(1 / (n + 1) for n in range(FLOWS - 1)))
        self.numbers = dict.fromkeys(range(1, FLOWS + 1), 0)
        self.steps = itertools.count(1)

    def fill(self) -> None:
        """Flows, runs with their tags, tasks of the newest, the big run."""
        db = self.db
        graph = json.dumps({"steps": [{"name": step} for step in STEPS]})
        db.execute("BEGIN")
        # Filled first and indexed after, each index in its own order.
        later = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        for name, _ in later:
            db.execute(f"DROP INDEX {name}")
        rows = [(n, name, self.first) for n, name in enumerate(self.flows, 1)]
        db.executemany("INSERT INTO flows (id, name, created_at) VALUES (?, ?, ?)", rows)
        for n, body in ((1, graph), (2, json.dumps({"name": "BigFlow", "steps": [{"name": s} for s in STEPS]}))):
            hashed = hashlib.sha256(body.encode()).digest()
            db.execute("INSERT INTO graphs (id, hash, body) VALUES (?, ?, ?)", (n, hashed, body))
        made = self._runs()
        while batch := list(itertools.islice(made, BATCH)):
            self._insert_runs([run for run, _ in batch])
            db.executemany(
                "INSERT INTO tags (flow, tag, run, system) VALUES (?, ?, ?, ?)", [t for _, ts in batch for t in ts]
            )
        self._big()
        db.execute("UPDATE feed SET seq = (SELECT max(seq) FROM runs)")
        for _, sql in later:
            db.execute(sql)
        db.execute("COMMIT")

    def _insert_runs(self, rows: list[tuple]) -> None:
        self.db.executemany(
            "INSERT INTO runs (id, flow, name, number, status, user, origin, created_at, finished_at, heartbeat_at,"
            " graph, info, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def _runs(self) -> Iterator[tuple[tuple, list[tuple]]]:
        """Each run with its tags, the oldest first; the newest with their tasks, which are written here."""
        chance = self.chance
        gap = (self.now - self.first) // self.runs
        flows = range(1, FLOWS)
        for n in range(self.runs):
            flow = chance.choices(flows, cum_weights=self.weights)[0]
            number = self.numbers[flow] = self.numbers[flow] + 1
            user = f"user{int(USERS * chance.random() ** 2):02d}"
            at = self.first + n * gap + chance.randrange(gap)
            length = int(chance.lognormvariate(5, 1.5) * SECOND)
            status = "running" if n >= self.runs - RUNNING else chance.choice(STATUSES)
            end = min(at + length, self.now)
            beat = self.now + 86_400 * SECOND if n >= self.runs - RUNNING else end
            finished = None if status == "running" else end
            parameters: dict[str, object] = {}
            if flow % 2:
                parameters["lr"] = round(10 ** -chance.uniform(1, 5), 6)
            if flow % 3 == 0:
                parameters["optimizer"] = chance.choice(("adam", "sgd", "lion"))
            origin = str(number - 1) if number > 1 and chance.random() < 0.02 else None
            info = json.dumps({"parameters": parameters}) if parameters else "{}"
            row = at
            run = (row, flow, str(number), number, status, user, origin, at, finished, beat, 1, info, n + 1)
            tags = {f"user:{user}": 1, "runtime:dev": 1, "python_version:3.11.7": 1}
            if flow % 4 == 0:
                tags[f"project:p{flow % 20:02d}"] = 1
                tags["project_branch:" + chance.choice(("prod", f"user.{user}"))] = 1
            tags[f"team:{flow % 12}"] = 0
            if chance.random() < 0.3:
                tags[chance.choice(("prod", "test", "nightly", "candidate"))] = 0
            if n % 100_000 == 1:
                tags["rare:needle"] = 0
            if n >= self.runs - self.complete:
                self._fill_run(row, status, at, end, n + 1)
            yield run, [(flow, tag, row, system) for tag, system in tags.items()]

    def _fill_run(self, run: int, status: str, at: int, end: int, seq: int) -> None:
        """A foreach of a few tasks between two steps and a join."""
        stages = [(STEPS[0], 1), (STEPS[1], 1), (STEPS[2], WIDTH), (STEPS[3], 1), (STEPS[4], 1)]
        span = max((end - at) // len(stages), 1)
        task = 1
        for n, (step, width) in enumerate(stages):
            last = n == 2 and status != "done"
            state = (
                {"failed": "failed", "stopped": "stopped", "running": "running"}.get(status, "done") if last else "done"
            )
            times = [(at + n * span, at + (n + 1) * span)] * width
            self._tasks(run, step, task, times, [state] * width, seq)
            task += width
            if last:
                return

    def _tasks(
        self,
        run: int,
        step: str,
        first: int,
        times: list[tuple[int, int]],
        states: list[str],
        seq: int,
        retried: int = 0,
    ) -> None:
        """Tasks of one step; every `retried`th was tried twice."""
        row, tasks, attempts = next(self.steps), [], []
        parent = str(first - 1) if first > 1 else ""
        for n, ((began, ended), state) in enumerate(zip(times, states, strict=True)):
            finished = None if state == "running" else ended
            tries = 2 if retried and n % retried == retried - 1 else 1
            index = str(n) if len(times) > 1 else ""
            tasks.append((run, first + n, row, index, state, tries - 1, began, finished, parent, seq))
            middle = (began + ended) // 2
            if tries == 2:
                attempts.append((run, first + n, 0, "failed", 100 + n, began, middle, 900_000, 90_000 + n))
            start = middle if tries == 2 else began
            attempts.append((run, first + n, tries - 1, state, 100 + n, start, finished, 1_500_000, 120_000 + n))
        done, failed = states.count("done"), len(states) - states.count("done") - states.count("running")
        last = max((end for _, end in times), default=None)
        self.db.execute(
            "INSERT INTO steps (id, run, name, created_at, finished_at, tasks, running, done, failed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row, run, step, times[0][0], last, len(states), states.count("running"), done, failed),
        )
        self.db.executemany(
            "INSERT INTO tasks (run, task, step, indices, status, attempt, created_at, finished_at, parents, seq)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            tasks,
        )
        self.db.executemany(
            "INSERT INTO attempts (run, task, attempt, status, pid, started_at, finished_at, cpu_us, max_rss_kib)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            attempts,
        )

    def _big(self) -> None:
        """`BigFlow/1`: a foreach of `tasks` over 500 slots."""
        at, seq, slots = self.now - 7200 * SECOND, self.runs + 1, 500
        row = at + 1
        while self.db.execute("SELECT 1 FROM runs WHERE id = ?", (row,)).fetchone():
            row += 1
        free, times = [at + 10 * SECOND] * slots, []
        for n in range(self.tasks):
            began = free[n % slots]
            free[n % slots] = began + int(self.chance.lognormvariate(3.4, 0.6) * SECOND)
            times.append((began, free[n % slots]))
        end = max(free)
        self._insert_runs(
            [
                (
                    row,
                    FLOWS,
                    "1",
                    1,
                    "done",
                    "user00",
                    None,
                    at,
                    end + 2 * SECOND,
                    end,
                    2,
                    '{"parameters": {"lr": 0.1}}',
                    seq,
                )
            ]
        )
        tags = [(FLOWS, "user:user00", row, 1), (FLOWS, "runtime:dev", row, 1), (FLOWS, "big", row, 0)]
        self.db.executemany("INSERT INTO tags (flow, tag, run, system) VALUES (?, ?, ?, ?)", tags)
        self._tasks(row, STEPS[0], 1, [(at, at + 10 * SECOND)], ["done"], seq)
        states = ["failed" if n % 997 == 996 else "done" for n in range(self.tasks)]
        self._tasks(row, STEPS[2], 2, times, states, seq, retried=100)
        self._tasks(row, STEPS[3], self.tasks + 2, [(end, end + SECOND)], ["done"], seq)
        self._tasks(row, STEPS[4], self.tasks + 3, [(end + SECOND, end + 2 * SECOND)], ["done"], seq)


if __name__ == "__main__":
    main()
