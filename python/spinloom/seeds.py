"""Python's global random generator as it was before the flow could touch it: `spinloom.flow` imports this first."""

from __future__ import annotations

import random

_FIRST = random.getstate()[1][:-1]
_FULL = random.getstate()
_BLOCKS = 64  # how many times an import may plausibly use up the generator's 624 words


def note() -> None:
    """Notes Python's global generator anew: the flow's import begins here, in a process that was forked before it."""
    global _FIRST, _FULL
    _FULL = random.getstate()
    _FIRST = _FULL[1][:-1]


def was_seeded() -> bool:
    """Whether somebody seeded `random` since, as against drawing from it: its state is none it comes to by itself."""
    words = random.getstate()[1][:-1]
    if words == _FIRST:
        return False
    walker = random.Random()
    walker.setstate(_FULL)
    for _ in range(_BLOCKS):
        walker.getrandbits(32 * 624)
        if walker.getstate()[1][:-1] == words:
            return False
    return True
