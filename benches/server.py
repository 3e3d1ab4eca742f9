"""Questions to `spinloom server` about a million runs: what a client waits for each kind of them.

Usage: python server.py [--runs N] [--program PATH] [--store STORE] [--metadata postgres://…]

With `--metadata` the runs are in that database. It is filled first if it is empty.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from synthetic import make

ROOT = Path(__file__).parent.parent
RUNS = 1_000_000
ASKED = 200
WARM = 5
Measured = tuple[str, str, str, "float | None", str]
#: What is asked, and what Metaflow's service took for the like (p95, ms).
LISTS: list[tuple[str, str, dict[str, object], str]] = [
    ("runs, newest first", "runs", {}, "4.8 ms"),
    ("— page 1000", "runs", {"deep": 1000}, "230 ms"),
    ("— of one user", "runs", {"query": "user:user07"}, "2.5 ms"),
    ("— of the largest flow", "runs", {"query": "flow:Flow001"}, "2.6 ms"),
    ("— with a tag", "runs", {"query": "tag:team:1"}, "4.4 ms"),
    ("— with a rare tag", "runs", {"query": "tag:rare:needle"}, "4.7 ms"),
    ("— of a project and branch", "runs", {"query": "project:p04 branch:prod"}, "24 ms"),
    ("— failed", "runs", {"query": "status:failed"}, "11 ms"),
    ("— running, of one user", "runs", {"query": "status:running user:user01"}, "25 ms"),
    ("— without tag, not done, an hour or more", "runs", {"query": "-tag:prod -status:done dur>1h"}, ""),
    ("— by the value of a parameter", "runs", {"query": "param.lr<0.001 status:done"}, ""),
    ("— by what they came to", "runs", {"query": "artifact.accuracy>0.9 -tag:prod"}, ""),
    ("— of the last 30 days", "runs", {"query": "started>-30d"}, "4.3 ms"),
    ("— with a text in a tag", "runs", {"query": "needle"}, "520 ms"),
    ("— with a text in an id", "runs", {"query": "4242"}, "79 ms"),
    ("sorted by duration", "runs", {"sort": "-duration", "query": "started>-30d"}, "1274 ms"),
    ("— by end", "runs", {"sort": "-finished", "query": "started>-30d"}, "1593 ms"),
    ("— by flow", "runs", {"sort": "flow"}, ""),
    ("— by a parameter", "runs", {"sort": "param.lr", "columns": "param.lr"}, ""),
    ("— by an artifact", "runs", {"sort": "-artifact.accuracy", "columns": "artifact.accuracy"}, ""),
    ("— by an artifact, 90 days", "runs", {"sort": "artifact.accuracy", "query": "started>-90d"}, ""),
    ("grouped by flow", "runs/groups", {"by": "flow"}, "2352 ms"),
    ("— by user, 30 days", "runs/groups", {"by": "user", "query": "started>-30d"}, "3457 ms"),
    ("— by day", "runs/groups", {"by": "day"}, ""),
    ("— by tag, failed", "runs/groups", {"by": "tag", "query": "status:failed"}, ""),
    ("counts of facets, failed", "runs/facets", {"query": "status:failed"}, ""),
    ("completion of a flow", "complete", {"query": "flow:Flow1"}, "3.4 ms"),
    ("— of a tag", "complete", {"query": "tag:te"}, "0.8 ms"),
    ("— of a run", "complete", {"query": "run:12"}, "179 ms"),
    ("`Flow001/latest:failed`", "resolve", {"path": "Flow001/latest:failed"}, ""),
]


def server(
    runs: int = RUNS, program: Path | None = None, store: Path | None = None, metadata: str | None = None
) -> Iterator[Measured]:
    """Rows of the table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if store is None:
            store = Path(folder) / ".spinloom"
            if metadata is None or _is_empty(metadata):
                make(store, runs, min(runs // 100, 10_000), 50_000, metadata=metadata)
        with serving(program or built(), store, metadata) as (url, process):
            client = Client(url)
            began = time.perf_counter()
            while "loading" in client.ask("runs", {"facets": 0}):
                time.sleep(0.2)
            yield f"{runs:,} runs read after the start", f"{time.perf_counter() - began:.1f} s", "", None, ""
            for what, path, asked, theirs in LISTS:
                p50, p95 = client.measure(path, asked)
                ratio = float(theirs.split()[0]) / p95 if theirs else None
                yield what, f"{p50:.1f} · {p95:.1f} ms", theirs, ratio, "p95 under 10 ms"
            dots = client.measure("runs/scatter", {"query": "flow:Flow001"}, asked=20)
            yield "100,000 dots", f"{dots[0]:.0f} · {dots[1]:.0f} ms", "", None, ""
            yield "memory", f"{rss(process.pid):.0f} MB", "", None, "under 250 MB"


class Client:
    """One connection that is kept."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port)

    def ask(self, path: str, asked: dict[str, object]) -> dict[str, object]:
        """The answer to a question."""
        self.connection.request("GET", f"/api/v1/{path}?{urlencode(asked, quote_via=quote)}")
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} {asked}: {answer.status} {body.decode()}")
        return json.loads(body)

    def measure(self, path: str, question: dict[str, object], asked: int = ASKED) -> tuple[float, float]:
        """p50 and p95 of a question, in milliseconds."""
        question = dict(question)
        deep = question.pop("deep", 0)
        if deep:
            # Pages follow each other by cursor: wide ones get there sooner.
            answer = self.ask(path, question | {"limit": 1000, "facets": 0})
            for _ in range(int(str(deep)) * 30 // 1000):
                answer = self.ask(path, question | {"limit": 1000, "facets": 0, "after": answer["next"]})
            question["after"] = answer["next"]
        if path == "runs":
            question["limit"] = 30
        times = []
        for _ in range(WARM + asked):
            began = time.perf_counter()
            self.ask(path, question)
            times.append((time.perf_counter() - began) * 1000)
        times = sorted(times[WARM:])
        return statistics.median(times), times[int(len(times) * 0.95)]


def built() -> Path:
    """The program, a release build."""
    build = ". .setup/env && exec cargo build --quiet --release --package spinloom-cli --bin spinloom"
    subprocess.run(["/bin/sh", "-c", build], cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "spinloom"


def _is_empty(database: str) -> bool:
    """Whether nothing was ever recorded in a database."""
    sql = "SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = 'spinloom'"
    told = subprocess.run(["psql", "-qXAt", "-c", sql, database], text=True, check=True, stdout=subprocess.PIPE)
    return told.stdout.strip() == "0"


@contextmanager
def serving(program: Path, store: Path, metadata: str | None = None) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server of a store, and where it listens."""
    env = os.environ | {"SPINLOOM_DATASTORE_SYSROOT_LOCAL": str(store.parent), "NO_COLOR": "1"}
    store.mkdir(parents=True, exist_ok=True)
    command = [str(program), "server", "--port", "0", *(("--metadata", metadata) if metadata else ())]
    with subprocess.Popen(command, cwd=store.parent, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            while line and "http://" not in line:
                line = process.stderr.readline()
            yield line[line.index("http://") :].split()[0], process
        finally:
            process.terminate()


def rss(pid: int) -> float:
    """Resident megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


def main() -> None:
    """Prints the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--program", type=lambda path: Path(path).absolute())
    parser.add_argument("--store", type=lambda path: Path(path).absolute())
    parser.add_argument("--metadata")
    for row in server(**vars(parser.parse_args())):
        print(*row[:3], sep=" | ", flush=True)


if __name__ == "__main__":
    main()
