"""Reads a table of films and sums up its genres, with pandas.

Run it with `spinloom run examples/playlist/films.py`; `playlist.py` goes on from what it found.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd
from spinloom import FlowSpec, IncludeFile, step


class FilmsFlow(FlowSpec):
    """Says of each genre how many films there are, how long they take and how well they are liked."""

    csv = IncludeFile("csv", default=str(Path(__file__).with_name("films.csv")), help="Table of films, with a header")

    @step
    def start(self) -> None:
        """Reads the table. The data frame is an artifact, whatever becomes of the file."""
        self.films = pd.read_csv(StringIO(self.csv))
        print(f"{len(self.films)} films of {self.films['genre'].nunique()} genres")
        self.next(self.summarise)

    @step
    def summarise(self) -> None:
        """Makes one row of each genre, the best liked first."""
        genres = self.films.groupby("genre")
        summary = genres.agg(films=("title", "size"), minutes=("minutes", "median"), rating=("rating", "mean"))
        self.summary = summary.round(2).sort_values("rating", ascending=False)
        self.next(self.end)

    @step
    def end(self) -> None:
        """Shows the summary."""
        print(self.summary.to_string())


if __name__ == "__main__":
    FilmsFlow()
