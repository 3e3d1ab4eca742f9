"""Fixtures shared by all Python-driven tests: the two products."""

from __future__ import annotations

import signal

import pytest
from support import product
from support.product import Product

# In the background of a shell Ctrl-C is ignored, and so it would be in every process that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def spinloom() -> Product:
    """The product under test."""
    return product.spinloom()


@pytest.fixture(scope="session")
def metaflow() -> Product:
    """The real Metaflow."""
    return product.metaflow()
