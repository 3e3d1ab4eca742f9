"""What a task wrote, put together from the pieces that were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

STREAMS = ("stdout", "stderr")
"""The streams of a task."""


def lines(pieces: Iterable[tuple[int, str, bytes]]) -> Iterator[tuple[datetime, bytes]]:
    """Lines without their ends, each with the time its first byte was read (naive, UTC).

    Only a line feed ends a line, so a progress bar that goes back with carriage returns is one line.
    """
    begun: bytes | None = None
    at = 0
    for piece_at, _, data in pieces:
        parts = data.split(b"\n")
        for index, part in enumerate(parts):
            is_last = index == len(parts) - 1
            if begun is None:
                if is_last and not part:
                    continue
                begun, at = b"", piece_at
            begun += part
            if not is_last:
                yield _utc(at), begun
                begun = None
    if begun is not None:
        yield _utc(at), begun


def _utc(micros: int) -> datetime:
    seconds, rest = divmod(micros, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest, tzinfo=None)
