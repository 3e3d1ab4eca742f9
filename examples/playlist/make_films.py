"""Invents the films of `films.csv`: `python examples/playlist/make_films.py` writes the same file again.

None of them was ever made. The table is in the public domain (CC0).
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

QUALITIES = ["Amber", "Crooked", "Drowsy", "Gilded", "Lopsided", "Quilted", "Rusty", "Sleepless", "Woollen"]
THINGS = ["Almanac", "Beekeeper", "Ferryman", "Inkwell", "Metronome", "Pendulum", "Suitcase", "Tugboat", "Weathervane"]
PLACES = ["Harrow Bay", "Linden Row", "Mill Street", "Nettle Hill", "Port Ember", "Saltmarsh", "Tern Island"]
GENRES = {
    "adventure": (6.4, 121),
    "comedy": (6.1, 98),
    "documentary": (7.3, 84),
    "drama": (6.9, 126),
    "mystery": (6.7, 107),
    "romance": (5.9, 104),
}
"""What a film of each genre is like: its rating from 1 to 10, its length in minutes."""

Film = tuple[str, int, str, int, float]
COLUMNS = ("title", "year", "genre", "minutes", "rating")


def films(count: int = 120, seed: int = 11) -> Iterator[Film]:
    """`count` films, by title."""
    dice = random.Random(seed)
    titles = [f"The {quality} {thing}" for quality in QUALITIES for thing in THINGS]
    titles += [f"The {thing} of {place}" for thing in THINGS for place in PLACES]
    for title in sorted(dice.sample(titles, count)):
        genre = dice.choice(list(GENRES))
        rating, minutes = GENRES[genre]
        rating = min(9.9, max(1.0, dice.gauss(rating, 1.2)))
        yield title, dice.randint(1961, 2024), genre, round(dice.gauss(minutes, 14)), round(rating, 1)


def write(path: Path) -> None:
    """Writes the table, with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(films())


if __name__ == "__main__":
    write(Path(__file__).with_name("films.csv"))
