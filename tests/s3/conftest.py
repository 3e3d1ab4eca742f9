"""Fixtures of the tests of S3: the server, and a client in this process."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import s3
from support.s3 import Server

_NUMBER = itertools.count()


@pytest.fixture(scope="session")
def server() -> Server:
    """A real S3 server."""
    return s3.server()


@pytest.fixture
def root(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A root of this test's own; this process uses the server, in an empty working directory."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "METAFLOW_", "SPINLOOM_")):
            monkeypatch.delenv(name)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield f"s3://bucket/test-{next(_NUMBER)}"
    left = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("spinloom.s3."))
    assert not left, f"a temporary folder is left behind: {left}"
