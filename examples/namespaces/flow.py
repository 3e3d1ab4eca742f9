"""Estimates pi by throwing darts.

Run it with `SPINLOOM_USER=ada spinloom run examples/namespaces/flow.py --darts 1000 --tag rough`.
"""

from __future__ import annotations

import math
import random

from spinloom import FlowSpec, Parameter, step


class DartsFlow(FlowSpec):
    """Throws darts at a square: the share that lands in the quarter circle inside of it is pi / 4."""

    darts = Parameter("darts", default=1000, help="How many darts are thrown")
    seed = Parameter("seed", default=1, help="Seed of the throws")

    @step
    def start(self) -> None:
        """Throws."""
        throw = random.Random(self.seed).random
        self.hits = sum(math.hypot(throw(), throw()) <= 1 for _ in range(self.darts))
        self.next(self.end)

    @step
    def end(self) -> None:
        """Estimates."""
        self.pi = 4 * self.hits / self.darts
        print(f"pi is about {self.pi:.3f}, says a run of {self.darts} darts")


if __name__ == "__main__":
    DartsFlow()
