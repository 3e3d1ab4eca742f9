"""`examples/namespaces`: two users, and how each finds their runs."""

from __future__ import annotations

import pytest
from spinloom.client import Client
from spinloom.exceptions import MetaflowNamespaceMismatch

FLOW = "examples/namespaces/flow.py"


@pytest.fixture(scope="module")
def thrown(shared):
    """A store with a run of Ada's and two of Grace's."""
    shared.spinloom("run", FLOW, "--darts", "10", "--tag", "rough", SPINLOOM_USER="ada")
    shared.spinloom("run", FLOW, "--darts", "20", "--tag", "rough", SPINLOOM_USER="grace")
    shared.spinloom("run", FLOW, "--darts", "30", SPINLOOM_USER="grace")
    return shared


@pytest.mark.parametrize(
    ("namespace", "darts"),
    [("user:ada", [10]), ("user:grace", [30, 20]), ("rough", [20, 10]), (None, [30, 20, 10])],
)
def test_a_namespace_is_a_tag_runs_must_have(thrown, namespace: str | None, darts: list[int]) -> None:
    """CU-03."""
    runs = Client(str(thrown.folder), namespace=namespace).flow("DartsFlow")
    assert [run.data.darts for run in runs] == darts


def test_a_run_of_another_namespace_is_refused(thrown) -> None:
    """CU-03."""
    with pytest.raises(MetaflowNamespaceMismatch):
        Client(str(thrown.folder), namespace="user:ada").run("DartsFlow/2")


def test_the_script_starts_in_the_namespace_of_who_asks(thrown) -> None:
    outcome = thrown.product.run(["examples/namespaces/find.py"], thrown.folder, SPINLOOM_USER="ada")
    assert outcome.stdout.splitlines()[0] == "user:ada: DartsFlow/1 10 darts", outcome.text


def test_the_estimate_is_the_share_of_hits(thrown) -> None:
    data = thrown.latest("DartsFlow").data
    assert data.pi == 4 * data.hits / data.darts
    assert 0 < data.hits <= 30
