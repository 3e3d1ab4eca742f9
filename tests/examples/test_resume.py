"""`examples/resume`: fails, is mended, goes on."""

from __future__ import annotations

FLOW = "examples/resume/flow.py"


def mend(place) -> None:
    flow = place.folder / FLOW
    source = flow.read_text()
    assert source.count('MISSING = {""}') == 1
    flow.write_text(source.replace('MISSING = {""}', 'MISSING = {"", "-"}'))


def test_it_fails_where_the_page_says(place) -> None:
    place.spinloom("run", FLOW, exit_code=1)
    run = place.latest("RainFlow")
    assert not run.successful
    assert [step.id for step in run] == ["convert", "start"]
    assert "could not convert string to float: '-'" in str(run["convert"].task.exception)


def test_it_goes_on_from_where_it_failed(place) -> None:
    """RE-01."""
    place.spinloom("run", FLOW, exit_code=1)
    mend(place)
    place.spinloom("resume", FLOW)
    run = place.latest("RainFlow")
    assert run.origin_pathspec == "RainFlow/1"
    assert run["start"].task.origin_pathspec == "RainFlow/1/start/1"
    assert run["convert"].task.origin_pathspec is None
    assert (run.data.total, run.data.wettest) == (39.7, "2031-04-09")


def test_unmended_it_fails_again(place) -> None:
    place.spinloom("run", FLOW, exit_code=1)
    place.spinloom("resume", FLOW, exit_code=1)
    assert not place.latest("RainFlow").successful
