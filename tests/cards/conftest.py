"""One run with many cards, for all tests of a file."""

from __future__ import annotations

import pytest
from support.card_runs import FLOW, Place
from support.product import Product


@pytest.fixture(scope="module")
def place(spinloom: Product, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where nothing has run yet."""
    return Place(spinloom, tmp_path_factory.mktemp("cards"))


@pytest.fixture(scope="module")
def done(place: Place) -> Place:
    """Where `CardsFlow` has run."""
    outcome = place.flow(FLOW)
    assert outcome.exit_code == 0, outcome.text
    return place
