"""Tests of `scores.py`: runs as a whole, one step, and a run that fails."""

from pathlib import Path

import pytest
from spinloom.testing import FlowFailed

FLOW = Path(__file__).with_name("scores.py")


def test_the_table_is_printed(run_flow):
    run = run_flow(FLOW)
    assert run["end"].task.stdout == "1 Ada 7\n2 Grace 6\n"


def test_equal_points_are_told_apart_by_name(run_flow):
    run = run_flow(FLOW, rounds=[{"Zoe": 2, "Ann": 2, "Kim": 3}])
    assert run.data.table == [("Kim", 3), ("Ann", 2), ("Zoe", 2)]


def test_each_player_has_a_task(run_flow):
    run = run_flow(FLOW, max_workers=1)
    assert {task.data.player: task.data.points for task in run["add_up"]} == {"Ada": 7, "Grace": 6}


def test_the_step_that_ranks_by_itself(run_flow, spin_step):
    run_flow(FLOW)
    assert spin_step(FLOW, "rank").table == [("Ada", 7), ("Grace", 6)]
    assert "1 Kim 9" in spin_step(FLOW, "end", artifacts={"table": [("Kim", 9)]}).stdout


def test_a_player_who_missed_a_round(run_flow):
    with pytest.raises(FlowFailed, match="KeyError: 'Ada'") as caught:
        run_flow(FLOW, rounds=[{"Ada": 1, "Kim": 1}, {"Kim": 2}])
    assert not caught.value.run.successful
