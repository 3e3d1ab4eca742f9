"""Fixtures shared by all Python-driven tests: the two products."""

from __future__ import annotations

import pytest
from support import product
from support.product import Product


@pytest.fixture(scope="session")
def spinloom() -> Product:
    """The product under test."""
    return product.spinloom()


@pytest.fixture(scope="session")
def metaflow() -> Product:
    """The real Metaflow."""
    return product.metaflow()
