"""What differs from run to run and machine to machine, replaced by names, so that output can be compared as text."""

from __future__ import annotations

import re
from pathlib import Path

from support.product import REPOSITORY

_FILTERS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\x1b\[[0-9;?]*[A-Za-z]", ""),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "[TIME]"),
        (r"\bpid:? ?\d+", "pid [PID]"),
        (r"\b\d{16}\b", "[RUN]"),
        (r"\b[0-9a-f]{40,64}\b", "[HASH]"),
        (r"\b0x[0-9a-f]{6,16}\b", "[ADDRESS]"),
        (r'("(?:run_)?duration_ms": ?)\d+(?:\.\d+)?', r"\1[TIME]"),
        (r"(?<![\w.])(?:\d+m ?)?\d+(?:\.\d+)? ?(?:ms|µs|s)(?!\w)", "[TIME]"),
        (r"\bjust now\b|\b\d+ (?:second|minute)s? ago\b", "[TIME]"),
        (
            r"(?i)\b((?:spinloom|metaflow|python)(?:[ :/]|_version:)v?)\d+\.\d+(?:\.\d+)?\S*?(?=[\s\"',;)]|$)",
            r"\1[VERSION]",
        ),
    )
)


def redact(text: str, folder: Path) -> str:
    """`text` with times, ids, versions and the paths of the test's own folder and of the repository replaced."""
    for place in dict.fromkeys((str(folder), str(folder.resolve()))):
        text = text.replace(place, "[FOLDER]")
    text = text.replace(str(REPOSITORY), "[REPOSITORY]")
    for pattern, replacement in _FILTERS:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.splitlines())
