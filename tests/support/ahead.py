"""A look-ahead pool: while one test compares, the next ones' commands already run.

The machine the tests are made for has two cores, and most of a test is waiting for a child process. pytest stays
single-threaded and tests stay plain functions; only the preparation of the collected cases runs in two threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

#: How many cases are prepared at once. `SPINLOOM_TEST_JOBS` overrides it.
JOBS = int(os.environ.get("SPINLOOM_TEST_JOBS", "2"))


class Ahead(Generic[Key, Value]):
    """Computes values for keys in the order given, a few at a time."""

    def __init__(self, compute: Callable[[Key], Value], keys: Iterable[Key]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=JOBS, thread_name_prefix="ahead")
        self._futures: dict[Key, Future[Value]] = {key: self._pool.submit(compute, key) for key in keys}

    def __getitem__(self, key: Key) -> Value:
        """The value of `key`; an exception of its computation is raised here."""
        return self._futures[key].result()

    def close(self) -> None:
        """Drops what has not begun and waits for the rest."""
        self._pool.shutdown(cancel_futures=True)
