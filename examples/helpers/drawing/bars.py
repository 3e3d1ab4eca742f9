"""Bars, one below the other."""

from __future__ import annotations

from collections.abc import Iterable


def bars(counts: Iterable[tuple[str, int]]) -> str:
    """One line for each name, with a bar as long as its count."""
    counts = list(counts)
    width = max((len(name) for name, _ in counts), default=0)
    return "\n".join(f"{name:>{width}} {'#' * count} {count}" for name, count in counts)
