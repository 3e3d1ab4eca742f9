"""Pools of threads that an import leaves behind: a forked process has the pool's memory and none of its threads."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Pit

FIT = "HistGradientBoostingRegressor(max_iter=2).fit(np.arange(600.0).reshape(300, 2), np.arange(300.0))"
BOOSTING = "import numpy as np\nfrom sklearn.ensemble import HistGradientBoostingRegressor\n"
PRODUCT = "import numpy as np\nimport scipy.linalg\nA = np.ones((500, 500))\n"

#: Libraries whose pool of threads begins with their first computation, and one such computation, as an expression.
POOLS = {
    "sklearn": ("import numpy as np\nfrom sklearn.ensemble import HistGradientBoostingRegressor", f"{FIT}.n_iter_"),
    "xgboost": ("import numpy as np\nimport xgboost", "xgboost.DMatrix(np.ones((300, 2))).num_row()"),
    "lightgbm": ("import numpy as np\nimport lightgbm", "lightgbm.Dataset(np.ones((300, 2))).construct().num_data()"),
    "torch": ("import torch", "float((torch.ones(500, 500) @ torch.ones(500, 500)).sum())"),
    "polars": ("import polars", "polars.DataFrame({'a': list(range(1000))}).lazy().sum().collect()['a'][0]"),
    "jax": ("import jax.numpy", "float(jax.numpy.ones(100).sum())"),
    "duckdb": ("import duckdb", "duckdb.sql('select sum(range) from range(100000)').fetchone()[0]"),
    "pyarrow": (
        "import pyarrow as pa\nimport pyarrow.compute",
        "pa.table({'a': range(1000)}).group_by('a', use_threads=True).aggregate([]).num_rows",
    ),
}


@pytest.mark.parametrize("library", POOLS)
def test_a_pool_that_was_only_imported(pit: Pit, library: str) -> None:
    imports, compute = POOLS[library]
    pit.needs(library)
    ending = pit.run(imports, f"saw = {compute}")
    assert len(set(ending.saw)) == 1


@pytest.mark.parametrize("library", POOLS)
def test_a_pool_that_the_import_used(pit: Pit, library: str) -> None:
    """libgomp's, for one, makes every forked process that uses it wait for ever."""
    imports, compute = POOLS[library]
    pit.needs(library)
    ending = pit.run(f"{imports}\n{compute}", f"saw = {compute}", OMP_NUM_THREADS="2")
    assert len(set(ending.saw)) == 1
    assert ending.forked_silently or ending.fresh_for_a_reason


@pytest.mark.skipif(os.cpu_count() == 1, reason="a pool on one core has no threads")
def test_a_used_libgomp_pool_is_not_forked(pit: Pit) -> None:
    pit.needs("sklearn")
    assert pit.run(BOOSTING + FIT, f"saw = {FIT}.n_iter_").fresh_for_a_reason


def test_libgomp_without_a_pool_is_forked(pit: Pit) -> None:
    """With one thread there is none to lose, and tasks stay fast."""
    pit.needs("sklearn")
    assert pit.run(BOOSTING + FIT, f"saw = {FIT}.n_iter_", OMP_NUM_THREADS="1").forked_silently


def test_an_idle_openblas_pool_is_forked(pit: Pit) -> None:
    """It knows of forks: its threads stop before one and start again when they are wanted."""
    pit.needs("numpy", "scipy")
    ending = pit.run(PRODUCT + "A @ A", "saw = float((A @ A)[0, 0])")
    assert ending.forked_silently
    assert ending.saw == [500.0] * 3


def test_an_executor_made_by_the_import(pit: Pit) -> None:
    """In a forked process it would believe that it has its thread, and never run a task."""
    imports = (
        "from concurrent.futures import ThreadPoolExecutor\nPOOL = ThreadPoolExecutor(1)\nPOOL.submit(int).result()"
    )
    ending = pit.run(imports, "saw = POOL.submit(abs, -item).result()")
    assert ending.fresh_for_a_reason
    assert ending.saw == [0, 1, 2]


def test_an_executor_that_has_done_nothing_yet(pit: Pit) -> None:
    """It starts threads when it is given work."""
    imports = "from concurrent.futures import ThreadPoolExecutor\nPOOL = ThreadPoolExecutor(1)"
    ending = pit.run(imports, "saw = POOL.submit(abs, -item).result()")
    assert ending.forked_silently
    assert ending.saw == [0, 1, 2]


def test_a_lock_that_a_thread_of_the_import_holds(pit: Pit) -> None:
    """In a forked process nobody would ever release it."""
    imports = """
        import threading, time
        LOCK = threading.Lock()
        def hold():
            with LOCK:
                time.sleep(0.5)
        threading.Thread(target=hold).start()
        while not LOCK.locked():
            time.sleep(0.01)
    """
    ending = pit.run(imports, "saw = LOCK.acquire(timeout=60)")
    assert ending.fresh_for_a_reason
    assert ending.saw == [True] * 3


def test_a_thread_that_is_over(pit: Pit) -> None:
    imports = "import threading\nthread = threading.Thread(target=int)\nthread.start()\nthread.join()"
    assert pit.run(imports, "saw = threading.active_count()").forked_silently


def test_forking_all_the_same(pit: Pit) -> None:
    """`--isolation fork` does as it is told, and says what may come of it."""
    imports = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    ending = pit.run(imports, "saw = item", isolation="fork")
    assert not ending.fresh
    assert ending.said.count("tasks forked from it may hang") == 1
