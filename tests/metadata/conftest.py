"""Fixtures of the tests of metadata that is elsewhere: a database, a server of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import postgres
from support.postgres import Postgres
from support.product import Product
from support.serving import Serving


@pytest.fixture(scope="session")
def database_server() -> Postgres:
    """A real PostgreSQL."""
    return postgres.server()


@pytest.fixture
def database(database_server: Postgres) -> str:
    """The address of an empty database."""
    return database_server.database()


@pytest.fixture
def serving(spinloom: Product, tmp_path: Path) -> Iterator[Serving]:
    """A server of an empty store, in a folder of its own."""
    folder = tmp_path / "server"
    folder.mkdir()
    made = Serving(spinloom, folder)
    made.start()
    yield made
    made.kill()
