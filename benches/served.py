"""The server over a store on this machine, and over PostgreSQL: reading, being written to, being watched."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from server import server, serving
from watching import Row, one_run, sockets, watching
from wire_load import FLOW, measure

ROOT = Path(__file__).parent.parent
SECONDS = 6.0
#: Whole attempts a second that Metaflow's service bore over 8 connections, and over one; with its GUI's back end beside it.
THEIR_RATE, THEIR_ONE, THEIR_WATCHED = 37.7, 19.4, 25.6


def local(python: str) -> Iterator[Row]:
    """Rows of the table for SQLite."""
    yield from watching(python)
    yield from server()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from writing(Path(python).with_name("spinloom"), Path(folder) / ".spinloom", None)


def postgres(python: str) -> Iterator[Row]:
    """Rows of the table for PostgreSQL, a server of its own that promises what it promises by default."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support import postgres

    database = postgres.server(("shared_buffers=512MB",)).database
    program = Path(python).with_name("spinloom")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from one_run(program, Path(folder) / "large" / ".spinloom", database())
        yield from server(metadata=database())
        yield from writing(program, Path(folder) / "written" / ".spinloom", database())


def writing(program: Path, store: Path, metadata: str | None) -> Iterator[Row]:
    """What Metaflow's clients record, alone and while browsers watch one of their runs."""
    with serving(program, store, metadata) as (url, _):
        rates = {}
        for connections, watchers in ((1, 0), (8, 0), (8, 20), (8, 0), (8, 20)):
            with sockets(url, watchers, FLOW) if watchers else nullcontext():
                rate, p50, p95 = measure(url, connections, SECONDS)
            rates.setdefault((connections, watchers), []).append((rate, p50, p95))
        for connections, theirs in ((1, THEIR_ONE), (8, THEIR_RATE)):
            rate, p50, p95 = max(rates[connections, 0])
            yield (
                f"attempts of Metaflow's clients, {connections} at once: a second · p50 · p95",
                f"{rate:,.0f} · {p50:.1f} · {p95:.1f} ms",
                f"{theirs}",
                rate / theirs,
                "20×" if connections == 8 else "",
            )
        watched = max(rates[8, 20])[0]
        share = f"{watched / max(rates[8, 0])[0]:.0%}"
        yield "— with 20 watchers, of that", share, f"{THEIR_WATCHED / THEIR_RATE:.0%}", None, "97 %"
