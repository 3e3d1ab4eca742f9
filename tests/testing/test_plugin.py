"""The pytest plugin as pytest finds it: what it costs, and how a failure looks."""

from __future__ import annotations

from pathlib import Path

from support.product import Outcome, Product

FLOW = """
from spinloom import FlowSpec, step


class SoupFlow(FlowSpec):
    @step
    def start(self):
        self.salt = 1 / 0
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    SoupFlow()
"""


def pytest_in(folder: Path, product: Product, *arguments: str) -> Outcome:
    return product.run(["-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments], folder)


def test_its_being_there_is_not_noticed(spinloom: Product, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    outcome = pytest_in(tmp_path, spinloom, "-W", "error")
    assert outcome.exit_code == 0 and "warning" not in outcome.text, outcome.text


def test_nothing_of_spinloom_is_imported_by_a_test_that_does_not_use_it(spinloom: Product, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n    assert not [name for name in sys.modules if name.split('.')[0] == 'spinloom']\n"
    )
    outcome = pytest_in(tmp_path, spinloom)
    assert outcome.exit_code == 0, outcome.text


def test_the_fixtures_are_listed(spinloom: Product, tmp_path: Path) -> None:
    listed = pytest_in(tmp_path, spinloom, "--fixtures").stdout
    assert all(f"\n{name} -- " in listed for name in ("spinloom_store", "run_flow", "spin_step"))


def test_a_failure_shows_the_tasks_traceback_and_not_ours(spinloom: Product, tmp_path: Path) -> None:
    (tmp_path / "soup.py").write_text(FLOW)
    (tmp_path / "test_soup.py").write_text("def test_soup(run_flow):\n    run_flow('soup.py')\n")
    outcome = pytest_in(tmp_path, spinloom)
    assert outcome.exit_code == 1
    assert "self.salt = 1 / 0" in outcome.stdout and "ZeroDivisionError: division by zero" in outcome.stdout
    assert "spinloom/testing/flows.py" not in outcome.stdout.partition("short test summary")[0], outcome.stdout
