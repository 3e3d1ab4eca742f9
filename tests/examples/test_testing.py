"""`examples/testing`: a flow and its tests."""

from __future__ import annotations

from support.product import Outcome


def pytest_there(place, *arguments: str) -> Outcome:
    return place.product.run(["-m", "pytest", "-q", "examples/testing", *arguments], place.folder)


def test_its_tests_pass(place) -> None:
    outcome = pytest_there(place)
    assert outcome.exit_code == 0 and "passed" in outcome.stdout, outcome.text
    assert not (place.folder / ".spinloom").exists()


def test_its_tests_notice_a_mistake(place) -> None:
    flow = place.examples / "testing/scores.py"
    flow.write_text(flow.read_text().replace("-row[1]", "row[1]"))
    outcome = pytest_there(place, "--tb=line")
    assert outcome.exit_code == 1
    assert "3 failed" in outcome.stdout, outcome.text
