"""Statistics of films, one task for each genre.

Run it with `spinloom run examples/statistics/flow.py`, or with `--max-workers 2` behind that.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import pandas as pd
from spinloom import FlowSpec, IncludeFile, step

FILMS = Path(__file__).parents[1] / "playlist/films.csv"


class StatisticsFlow(FlowSpec):
    """Opens a branch for each genre of the table, looks at its films there, and puts the findings together."""

    csv = IncludeFile("csv", default=str(FILMS), help="Table of films, with a header")

    @step
    def start(self) -> None:
        """Reads the table, and opens one task for each genre in it."""
        self.films = pd.read_csv(StringIO(self.csv))
        self.genres = sorted(self.films["genre"].unique())
        self.next(self.measure, foreach="genres")

    @step
    def measure(self) -> None:
        """Looks at the films of one genre: `self.input` says which."""
        self.genre: str = self.input
        films = self.films[self.films["genre"] == self.genre]
        low, middle, high = films["rating"].quantile([0.25, 0.5, 0.75])
        best = films.sort_values(["rating", "title"], ascending=[False, True])["title"].iloc[0]
        self.statistics = {"films": len(films), "low": low, "median": middle, "high": high, "best": best}
        print(f"{self.genre}: {len(films)} films, half of them between {low:.1f} and {high:.1f}")
        self.next(self.gather)

    @step
    def gather(self, inputs: Iterable[StatisticsFlow]) -> None:
        """Has the artifacts of every task of `measure`, in the order of the genres."""
        rows = {task.genre: task.statistics for task in inputs}
        self.table = pd.DataFrame.from_dict(rows, orient="index").sort_values("median", ascending=False)
        self.next(self.end)

    @step
    def end(self) -> None:
        """Shows the table."""
        print(self.table.round(2).to_string())


if __name__ == "__main__":
    StatisticsFlow()
