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


def rows(ours: str, theirs: str) -> list[str]:
    """Lines of a table: what, Spinloom, Metaflow, ratio, wanted."""
    with tempfile.TemporaryDirectory(prefix="bench-cards-") as folder:
        plain, carded = write(Path(folder), STEP, "step")
        mine, peers = above(ours, plain, carded), above(theirs, plain, carded, 3)
        none, thousand = write(Path(folder), FOREACH, "foreach", tasks=1000)
        words = ["run", "--max-num-splits", "1000"]
        without, with_cards = alternate([ours, str(none), *words], [ours, str(thousand), *words], 5)
    share = median(with_cards, "wall") / median(without, "wall") - 1
    cpu = median(with_cards, "cpu") / median(without, "cpu") - 1
    ratio = f"**{peers / max(mine, 0.1):.0f}×**"
    return [
        f"| a step with a default card, above the same with none | {mine:.1f} ms | {peers:.0f} ms | {ratio} | 10× |",
        f"| 1,000 default cards in a foreach: wall time added | {share:.0%} |  |  | under 10 % |",
        f"| — CPU time added | {cpu:.0%} |  |  |  |",
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
    print("\n".join(rows(*sys.argv[1:3])))
