"""What cards cost: a step with a default card above the same step with none, beside Metaflow; 1,000 of them in a foreach.

python benches/cards.py .venv-bench/bin/python .venv-metaflow/bin/python
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measure import alternate, median

ROUNDS = 9
STEP = """\
from metaflow import FlowSpec, {imported}step


class CardFlow(FlowSpec):
{decorator}    @step
    def start(self):
        self.x = list(range(100))
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    CardFlow()
"""
FOREACH = """\
from metaflow import FlowSpec, {imported}step


class CardsFlow(FlowSpec):
    @step
    def start(self):
        self.items = list(range({tasks}))
        self.next(self.each, foreach="items")

{decorator}    @step
    def each(self):
        self.x = self.input
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    CardsFlow()
"""


def cards(ours: str, theirs: str) -> list[tuple[str, str, str, float | None, str]]:
    """Rows of a table: what, Spinloom, Metaflow, ratio, wanted."""
    with tempfile.TemporaryDirectory(prefix="bench-cards-") as folder:
        plain, carded = write(Path(folder), STEP, "step")
        mine, peers = above(ours, plain, carded), above(theirs, plain, carded, 3)
        none, thousand = write(Path(folder), FOREACH, "foreach", tasks=1000)
        words = ["run", "--max-num-splits", "1000"]
        without, with_cards = alternate([ours, str(none), *words], [ours, str(thousand), *words], ROUNDS)
    wall, cpu = (median(with_cards, field) / median(without, field) - 1 for field in ("wall", "cpu"))
    what = "a step with a default card, above the same with none"
    return [
        (what, f"{mine:.1f} ms", f"{peers:.0f} ms", peers / max(mine, 0.1), "10×"),
        ("1,000 default cards in a foreach: wall time added", f"{wall:.0%}", "", None, "under 10 %"),
        ("— CPU time added", f"{cpu:.0%}", "", None, ""),
    ]


def above(python: str, plain: Path, carded: Path, rounds: int = ROUNDS) -> float:
    """Milliseconds that a card adds to a run."""
    extra = ["--no-pylint"] if "metaflow" in python else []
    without, with_card = alternate([python, str(plain), *extra, "run"], [python, str(carded), *extra, "run"], rounds)
    return (median(with_card, "wall") - median(without, "wall")) * 1000


def write(folder: Path, text: str, name: str, **fields: int) -> tuple[Path, Path]:
    """The flow without cards and with them."""
    plain, carded = folder / f"{name}_plain.py", folder / f"{name}_card.py"
    plain.write_text(text.format(imported="", decorator="", **fields))
    carded.write_text(text.format(imported="card, ", decorator="    @card\n", **fields))
    return plain, carded


if __name__ == "__main__":
    for measured in cards(*sys.argv[1:3]):
        print(*measured, sep=" | ")
