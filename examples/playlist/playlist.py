"""Recommends films of a genre, out of what the latest run of `films.py` read.

Run it with `spinloom run examples/playlist/playlist.py --genre mystery`, after `films.py`.
"""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
from spinloom import Flow, FlowSpec, Parameter, step


class PlaylistFlow(FlowSpec):
    """Puts the best liked films of a genre on a list, and behind them one of another genre as a surprise."""

    genre = Parameter("genre", default="comedy", help="What the evening is about")
    length = Parameter("length", default=3, help="How many films of the genre")
    seed = Parameter("seed", default=1, help="Seed of the surprise")

    @step
    def start(self) -> None:
        """Finds the films: they are an artifact of another flow's run."""
        run = Flow("FilmsFlow").latest_successful_run
        self.source = run.pathspec
        self.films: pd.DataFrame = run.data.films
        genres = sorted(self.films["genre"].unique())
        if self.genre not in genres:
            raise ValueError(f"there are no films of genre {self.genre!r}; there are {', '.join(genres)}")
        self.next(self.choose, self.surprise)

    @step
    def choose(self) -> None:
        """Takes the best liked films of the genre; of equals, the first by title."""
        of_genre = self.films[self.films["genre"] == self.genre]
        ranked = of_genre.sort_values(["rating", "title"], ascending=[False, True])
        self.titles = ranked["title"].head(self.length).tolist()
        self.next(self.join)

    @step
    def surprise(self) -> None:
        """Draws one film of another genre, at the same time as `choose`."""
        others = self.films[self.films["genre"] != self.genre]
        self.titles = [random.Random(self.seed).choice(others["title"].tolist())]
        self.next(self.join)

    @step
    def join(self, inputs: Any) -> None:
        """Both branches have set `titles`; here they meet."""
        self.playlist = inputs.choose.titles + inputs.surprise.titles
        self.merge_artifacts(inputs, include=["source"])
        self.next(self.end)

    @step
    def end(self) -> None:
        """Shows the list."""
        print(f"{self.genre}, out of {self.source}:")
        for number, title in enumerate(self.playlist, start=1):
            print(f"  {number}. {title}")


if __name__ == "__main__":
    PlaylistFlow()
