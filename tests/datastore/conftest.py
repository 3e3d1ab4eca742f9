"""Fixtures of the tests of runs whose artifacts go to an object store."""

from __future__ import annotations

import pytest
from support import s3
from support.s3 import Server


@pytest.fixture(scope="session")
def server() -> Server:
    """A real S3 server."""
    return s3.server()
