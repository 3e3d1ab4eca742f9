"""`examples/statistics`: one task for each genre."""

from __future__ import annotations

import csv
import statistics

import pytest

FLOW = "examples/statistics/flow.py"


@pytest.fixture(scope="module")
def measured(shared):
    """A place where the flow has run."""
    shared.spinloom("run", FLOW)
    return shared


def test_every_genre_has_a_task_and_a_row(measured) -> None:
    """FL-05, FL-09: the join has the artifacts of every task."""
    run = measured.client.run("StatisticsFlow/1")
    with (measured.examples / "playlist/films.csv").open() as file:
        films = list(csv.DictReader(file))
    genres = sorted({film["genre"] for film in films})
    assert sorted(task.data.genre for task in run["measure"]) == genres
    table = run.data.table
    assert sorted(table.index) == genres
    for genre in genres:
        ratings = [float(film["rating"]) for film in films if film["genre"] == genre]
        assert table.loc[genre, "films"] == len(ratings)
        assert table.loc[genre, "median"] == statistics.median(ratings)


def test_the_order_of_tasks_does_not_matter(measured) -> None:
    measured.spinloom("run", FLOW, "--max-workers", "1")
    all_at_once = measured.client.run("StatisticsFlow/1").data.table
    assert measured.latest("StatisticsFlow").data.table.equals(all_at_once)
