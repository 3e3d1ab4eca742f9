"""Which random generators the flow seeded, and which it left to chance.

Python's global one is noted as it is before the flow can touch it: `spinloom.flow` imports this first.
"""

from __future__ import annotations

import random
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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


_DRAWN_FROM = 1 << 96
"""NumPy draws a seed of 128 bits when it is given none; one in four billion is smaller than this."""


def unseeded_by_flow() -> list[Any]:
    """NumPy's bit generators that exist and that nobody seeded; its global one is none of them.

    A fresh interpreter would give each of them other numbers, as it runs `default_rng()` at the top of a module again.
    NumPy keeps the seed and not whether it was given. A seed as long as those it draws counts as given if it stands in
    the source of the flow or of its modules, as NumPy's manual recommends.
    """
    module: Any = sys.modules.get("numpy.random.bit_generator")
    if module is None:
        return []
    import gc
    from itertools import compress

    kinds = {kind for kind in module.BitGenerator.__subclasses__() if kind.__module__.startswith("numpy.random.")}
    ours = _global_one()
    things = gc.get_objects()
    # Types are compared, as asking other people's objects what they are may run their code; without a line of Python
    # for each, as there are hundreds of thousands.
    found = compress(things, map(kinds.__contains__, map(type, things)))
    drawn = [(one, seed) for one in found if one is not ours and (seed := _drawn_seed(one))]
    return [one for one, seed in drawn if not _stands_in_source(seed)]


def _global_one() -> Any:
    module = sys.modules.get("numpy.random.mtrand")
    return getattr(getattr(module, "_rand", None), "_bit_generator", None)


def _drawn_seed(generator: Any) -> int | None:
    sequence = getattr(generator, "seed_seq", None) or getattr(generator, "_seed_seq", None)
    seed = getattr(sequence, "entropy", None)
    return seed if isinstance(seed, int) and seed >= _DRAWN_FROM else None


def _stands_in_source(seed: int) -> bool:
    from .worker.boundary import is_users

    written = (str(seed), f"{seed:x}")
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py") or not is_users(file):
            continue
        try:
            with open(file, encoding="utf-8", errors="replace") as source:
                text = source.read().replace("_", "").lower()
        except OSError:  # it was imported from an archive, or is gone
            continue
        if any(number in text for number in written):
            return True
    return False
