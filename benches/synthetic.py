"""A store of a million runs that never ran, the same for the same seed but for the time it ends at, which is now.

Usage: python synthetic.py STORE [--metadata postgres://…] [--runs N] [--complete N] [--tasks N] [--seed N]

200 flows (Zipf), 50 users, 180 days, tags and parameters. The newest runs are complete, with steps, tasks and attempts; the others are rows
of the runs table alone. One run of `BigFlow` has 50,000 tasks, of which one in a hundred was tried twice. The newest 200 runs are
running. Written by the schema that the migrations make: into SQLite in a few large transactions, or into an empty database of PostgreSQL by
`COPY`, through `psql`.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

PROVIDERS = Path(__file__).parent.parent / "crates/metadata/src/providers"
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
    parser.add_argument("--metadata", help="an empty database, postgres://…, instead of the store's own")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--complete", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=7)
    make(**vars(parser.parse_args()))


def make(store: Path, runs: int, complete: int, tasks: int, seed: int = 7, metadata: str | None = None) -> None:
    """Fills an empty store, or a database that is empty."""
    store.mkdir(parents=True, exist_ok=metadata is not None)
    (store / "format.json").write_text('{"format":"spinloom-store","version":[1,0]}')
    tables: Tables = Postgres(metadata) if metadata else Sqlite(store / "metadata.db")
    Maker(tables, runs, complete, tasks, random.Random(seed)).fill()
    tables.close(seq=runs + 1)


def migrations(provider: str) -> tuple[list[str], tuple[int, int]]:
    """What makes the tables, in order, and the version they have then."""
    paths = sorted(
        (PROVIDERS / provider / "migrations").glob("*.sql"), key=lambda path: [int(n) for n in path.stem.split(".")]
    )
    major, minor = (int(n) for n in paths[-1].stem.split("."))
    return [path.read_text() for path in paths], (major, minor)


class Tables(Protocol):
    """Where rows go."""

    def put(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple]) -> None:
        """Adds rows."""

    def close(self, seq: int) -> None:
        """No more rows come; `seq` is the number of the last write."""


class Sqlite:
    """A file. Filled first and indexed after, each index in its own order."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = wal")
        self.db.execute("PRAGMA synchronous = off")
        scripts, (major, minor) = migrations("sqlite")
        for script in scripts:
            self.db.executescript(script)
        self.db.execute(f"PRAGMA user_version = {major << 16 | minor}")
        self.db.execute("BEGIN")
        self.indexes = self.db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in self.indexes:
            self.db.execute(f"DROP INDEX {name}")

    def put(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple]) -> None:
        """Adds rows."""
        places = [n for n, name in enumerate(columns) if name not in {"number_in_run", "last_step"}]
        names = ", ".join(columns[n] for n in places)
        marks = ", ".join("?" * len(places))
        kept = ([row[n] for n in places] for row in rows)
        self.db.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", kept)

    def close(self, seq: int) -> None:
        """Indexes, and commits."""
        self.db.execute("UPDATE feed SET seq = ?", (seq,))
        for _, sql in self.indexes:
            self.db.execute(sql)
        self.db.execute("COMMIT")
        self.db.execute("PRAGMA wal_checkpoint(truncate)")
        self.db.close()


class Postgres:
    """An empty database: one `COPY` for each table, all at once."""

    NAMES = {
        "graphs": {},
        "runs": {"user": "owner"},
        "steps": {"id": None, "number_in_run": "number"},
        "tasks": {"step": None, "number_in_run": "step"},
    }

    def __init__(self, url: str) -> None:
        self.url = url
        self.copies: dict[str, subprocess.Popen[str]] = {}
        scripts, (major, minor) = migrations("postgres")
        version = f"UPDATE spinloom.store SET major = {major}, minor = {minor};"
        self._run("\n".join(["BEGIN; CREATE SCHEMA spinloom;", *scripts, version, "COMMIT;"]))

    def _psql(self, *arguments: str) -> list[str]:
        return ["psql", "-qX", "-v", "ON_ERROR_STOP=1", *arguments, self.url]

    def _run(self, script: str) -> None:
        subprocess.run(self._psql("-f", "-"), input=script, text=True, check=True)

    def put(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple]) -> None:
        """Adds rows."""
        names = [self.NAMES.get(table, {}).get(name, name) for name in columns]
        places = [n for n, name in enumerate(names) if name is not None]
        if table not in self.copies:
            listed = ", ".join(str(names[n]) for n in places)
            missing = {"steps": ", adopted"}.get(table, "")
            command = self._psql("-c", f"COPY spinloom.{table} ({listed}{missing}) FROM STDIN")
            self.copies[table] = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        stdin = self.copies[table].stdin
        assert stdin is not None
        more = ["0"] if table == "steps" else []
        stdin.writelines("\t".join([*(_copied(row[n]) for n in places), *more]) + "\n" for row in rows)

    def close(self, seq: int) -> None:
        """Ends what is under way, and has the planner look at it."""
        for table, copy in self.copies.items():
            copy.communicate()
            if copy.returncode:
                raise SystemExit(f"{table} could not be filled")
        counted = ", ".join(
            f"setval(pg_get_serial_sequence('spinloom.{table}', 'id'), (SELECT max(id) FROM spinloom.{table}))"
            for table in ("flows", "graphs")
        )
        self._run(f"UPDATE spinloom.feed SET seq = {seq}; SELECT {counted} \\g /dev/null\nVACUUM ANALYZE;")


def _copied(value: object) -> str:
    """A value as `COPY` reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


class Maker:
    """What is known while runs are made."""

    def __init__(self, tables: Tables, runs: int, complete: int, tasks: int, chance: random.Random) -> None:
        self.tables, self.runs, self.complete, self.tasks, self.chance = tables, runs, complete, tasks, chance
        self.apart = random.Random(7)  # of its own: what else is made is as it was
        self.now = int(time.time()) * SECOND
        self.first = self.now - DAYS * 86_400 * SECOND
        self.flows = [f"Flow{n:03d}" for n in range(1, FLOWS)] + ["BigFlow"]
        self.weights = list(itertools.accumulate(1 / (n + 1) for n in range(FLOWS - 1)))
        self.numbers = dict.fromkeys(range(1, FLOWS + 1), 0)
        self.steps = itertools.count(1)
        #: What runs came to has numbers of its own: all else is as it was without.
        self.results = random.Random(2)
        #: Rows of runs of the last hours: no two have the same.
        self.late: set[int] = set()

    def fill(self) -> None:
        """Flows, runs with their tags, tasks of the newest, the big run."""
        tables = self.tables
        graph = json.dumps({"steps": [{"name": step} for step in STEPS]})
        rows = [(n, name, self.first) for n, name in enumerate(self.flows, 1)]
        tables.put("flows", ("id", "name", "created_at"), rows)
        for n, body in ((1, graph), (2, json.dumps({"name": "BigFlow", "steps": [{"name": s} for s in STEPS]}))):
            hashed = hashlib.sha256(body.encode()).digest()
            tables.put("graphs", ("id", "hash", "last_step", "body"), [(n, hashed, STEPS[-1], body)])
        made = self._runs()
        while batch := list(itertools.islice(made, BATCH)):
            self._put_runs([run for run, _ in batch])
            self._put_tags([tag for _, tags in batch for tag in tags])
        self._big()

    def _put_runs(self, rows: list[tuple]) -> None:
        columns = (
            *("id", "flow", "name", "number", "status", "user", "origin", "created_at", "finished_at"),
            *("heartbeat_at", "graph", "info", "seq"),
        )
        self.tables.put("runs", columns, rows)

    def _put_tags(self, rows: list[tuple]) -> None:
        self.tables.put("tags", ("flow", "tag", "run", "system"), rows)

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
            known: dict[str, object] = {"parameters": parameters} if parameters else {}
            if status == "done":
                known["scalars"] = {"accuracy": round(self.results.betavariate(8, 2), 6)}
            info = json.dumps(known)
            row = at
            if at > self.now - 7300 * SECOND:
                self.late.add(row)
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
            self._tasks(run, (n, step), task, times, [state] * width, seq)
            task += width
            if last:
                return

    def _tasks(
        self,
        run: int,
        step: tuple[int, str],
        first: int,
        times: list[tuple[int, int]],
        states: list[str],
        seq: int,
        retried: int = 0,
    ) -> None:
        """Tasks of one step, which has a number; every `retried`th was tried twice."""
        row, tasks, attempts = next(self.steps), [], []
        parent = str(first - 1) if first > 1 else ""
        for n, ((began, ended), state) in enumerate(zip(times, states, strict=True)):
            finished = None if state == "running" else ended
            tries = 2 if retried and n % retried == retried - 1 else 1
            index = str(n) if len(times) > 1 else ""
            tasks.append((run, first + n, row, step[0], index, state, tries - 1, began, finished, parent, seq))
            middle = (began + ended) // 2
            if tries == 2:
                usage = (900_000, 90_000 + n, *self._round())
                attempts.append((run, first + n, 0, "failed", 100 + n, began, middle, *usage))
            start = middle if tries == 2 else began
            usage = (1_500_000, 120_000 + n, *((0, 0) if finished is None else self._round()))
            attempts.append((run, first + n, tries - 1, state, 100 + n, start, finished, *usage))
        done, failed = states.count("done"), len(states) - states.count("done") - states.count("running")
        last = max((end for _, end in times), default=None)
        columns = (
            *("id", "run", "number_in_run", "name", "created_at", "finished_at"),
            *("tasks", "running", "done", "failed"),
        )
        counted = (len(states), states.count("running"), done, failed)
        self.tables.put("steps", columns, [(row, run, *step, times[0][0], last, *counted)])
        columns = (
            *("run", "task", "step", "number_in_run", "indices", "status", "attempt", "created_at", "finished_at"),
            *("parents", "seq"),
        )
        self.tables.put("tasks", columns, tasks)
        columns = (
            *("run", "task", "attempt", "status", "pid", "started_at", "finished_at"),
            *("cpu_us", "max_rss_kib", "starting_us", "saving_us"),
        )
        self.tables.put("attempts", columns, attempts)

    def _round(self) -> tuple[int, int]:
        """How long an attempt took to start and to save."""
        return int(self.apart.lognormvariate(7.6, 0.4)), int(self.apart.lognormvariate(6.5, 0.5))

    def _big(self) -> None:
        """`BigFlow/1`: a foreach of `tasks` over 500 slots."""
        at, seq, slots = self.now - 7200 * SECOND, self.runs + 1, 500
        row = next(n for n in itertools.count(at + 1) if n not in self.late)
        free, times = [at + 10 * SECOND] * slots, []
        for n in range(self.tasks):
            began = free[n % slots]
            free[n % slots] = began + int(self.chance.lognormvariate(3.4, 0.6) * SECOND)
            times.append((began, free[n % slots]))
        end = max(free)
        info = '{"parameters": {"lr": 0.1}}'
        ended = end + 2 * SECOND
        self._put_runs([(row, FLOWS, "1", 1, "done", "user00", None, at, ended, end, 2, info, seq)])
        self._put_tags([(FLOWS, "user:user00", row, 1), (FLOWS, "runtime:dev", row, 1), (FLOWS, "big", row, 0)])
        self._tasks(row, (0, STEPS[0]), 1, [(at, at + 10 * SECOND)], ["done"], seq)
        states = ["failed" if n % 997 == 996 else "done" for n in range(self.tasks)]
        self._tasks(row, (1, STEPS[2]), 2, times, states, seq, retried=100)
        self._tasks(row, (2, STEPS[3]), self.tasks + 2, [(end, end + SECOND)], ["done"], seq)
        self._tasks(row, (3, STEPS[4]), self.tasks + 3, [(end + SECOND, end + 2 * SECOND)], ["done"], seq)


if __name__ == "__main__":
    main()
