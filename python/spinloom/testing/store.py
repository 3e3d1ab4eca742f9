"""A store for one test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_USER = "tester"


@contextmanager
def use_store(folder: str | os.PathLike[str], setenv: Callable[[str, str], None]) -> Iterator[None]:
    """Makes ``folder`` what holds the store, for what is run and for the Client of this process.

    Args:
        folder: where ``.spinloom`` is to be.
        setenv: sets an environment variable until the test is over.
    """
    setenv("SPINLOOM_DATASTORE_SYSROOT_LOCAL", os.fspath(folder))
    setenv("SPINLOOM_DEFAULT_METADATA", "local")
    setenv("SPINLOOM_USER", _USER)
    _forget()
    try:
        yield
    finally:
        _forget()


def _forget() -> None:
    """The Client looks for its store and its namespace anew."""
    from spinloom.client.session import default_client

    client = default_client()
    client.reset_metadata()
    client.reset_namespace()
