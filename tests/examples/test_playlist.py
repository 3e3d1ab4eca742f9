"""`examples/playlist`: a table of films, and films chosen from it by a flow that reads the first one's run."""

from __future__ import annotations

import csv
import statistics
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def read(shared):
    """A place where the first flow has run, with the films of the repository."""
    shared.spinloom("run", "examples/playlist/films.py")
    return shared


def films_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "examples/playlist/films.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_films_are_what_the_script_invents(place) -> None:
    table = place.examples / "playlist/films.csv"
    kept = table.read_bytes()
    table.unlink()
    assert place.product.run([str(table.with_name("make_films.py"))], place.folder).exit_code == 0
    assert table.read_bytes() == kept


def test_the_summary_has_a_row_for_each_genre(read) -> None:
    """PA-08: the table comes as an `IncludeFile`."""
    summary = read.latest("FilmsFlow").data.summary
    films = films_of(read.folder)
    assert sorted(summary.index) == sorted({film["genre"] for film in films})
    for genre, row in summary.iterrows():
        ratings = [float(film["rating"]) for film in films if film["genre"] == genre]
        assert row["films"] == len(ratings)
        assert row["rating"] == round(statistics.mean(ratings), 2)


def test_another_table_can_be_given(place) -> None:
    (place.folder / "two.csv").write_text("title,year,genre,minutes,rating\nA,2000,noir,90,7\nB,2001,noir,110,8\n")
    place.spinloom("run", "examples/playlist/films.py", "--csv", "two.csv")
    assert place.latest("FilmsFlow").data.summary.loc["noir"].to_dict() == {"films": 2, "minutes": 100, "rating": 7.5}


def test_the_playlist_has_the_best_of_the_genre_and_a_surprise(read) -> None:
    """CL-02: the flow finds the films through the Client."""
    read.spinloom("run", "examples/playlist/playlist.py", "--genre", "drama", "--length", "4")
    data = read.latest("PlaylistFlow").data
    dramas = [film for film in films_of(read.folder) if film["genre"] == "drama"]
    best = sorted(dramas, key=lambda film: (-float(film["rating"]), film["title"]))[:4]
    assert data.source == read.latest("FilmsFlow").pathspec
    assert data.playlist[:4] == [film["title"] for film in best]
    assert len(data.playlist) == 5
    assert data.playlist[4] not in [film["title"] for film in dramas]


def test_an_unknown_genre_says_which_there_are(read) -> None:
    read.spinloom("run", "examples/playlist/playlist.py", "--genre", "opera", exit_code=1)
    error = read.latest("PlaylistFlow")["start"].task.exception
    assert "no films of genre 'opera'; there are adventure, comedy" in str(error)


def test_without_films_the_playlist_says_what_is_missing(place) -> None:
    outcome = place.spinloom("run", "examples/playlist/playlist.py", exit_code=1)
    assert "Flow('FilmsFlow') does not exist" in outcome.text
