"""What a process inherits, and what a task may start: a forked task sees what a fresh interpreter would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Pit


def test_thread_limits_set_after_the_library_is_loaded(pit: Pit) -> None:
    """Too late in both kinds of tasks, as in any Python program."""
    pit.needs("numpy", "threadpoolctl")
    imports = "import numpy as np\nimport threadpoolctl\nos.environ['OPENBLAS_NUM_THREADS'] = '1'"
    body = """
        np.ones((300, 300)) @ np.ones((300, 300))
        pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
        saw = [os.environ["OPENBLAS_NUM_THREADS"], pools]
    """
    forked = pit.run(imports, body, isolation="fork", OPENBLAS_NUM_THREADS="2")
    assert forked.saw == pit.run(imports, body, isolation="spawn", OPENBLAS_NUM_THREADS="2").saw
    assert forked.saw[0] == ["1", [2]]


def test_thread_limits_set_before_the_library_is_loaded(pit: Pit) -> None:
    pit.needs("numpy", "threadpoolctl")
    imports = "os.environ['OPENBLAS_NUM_THREADS'] = '1'\nimport numpy as np\nimport threadpoolctl"
    body = "saw = [pool['num_threads'] for pool in threadpoolctl.threadpool_info()]"
    assert pit.run(imports, body).saw == [[1]] * 3


def test_output_that_the_import_has_not_flushed(pit: Pit) -> None:
    ending = pit.run("import sys\nsys.stdout.write('only once')", "saw = 1")
    assert ending.forked_silently
    assert ending.said.count("only once") == 1


def test_exit_handlers_of_the_import(pit: Pit) -> None:
    """They run where the flow was imported, not again in each task that was forked from it."""
    imports = "import atexit\natexit.register(lambda: open('ended', 'a').write('.'))"
    assert pit.run(imports, "saw = 1").forked_silently
    assert (pit.folder / "ended").read_text() == "."


def test_a_lock_of_logging_that_the_import_holds(pit: Pit) -> None:
    """Python gives forked processes a new one."""
    imports = """
        import logging
        logging.basicConfig(format="%(message)s")
        logging.getLogger().handlers[0].acquire()
    """
    ending = pit.run(imports, "logging.warning('item %d', item)\nsaw = item")
    assert ending.forked_silently
    assert all(f"item {item}" in ending.said for item in range(3))


def test_a_time_zone_chosen_by_the_import(pit: Pit) -> None:
    imports = "import time\nos.environ['TZ'] = 'UTC-5'\ntime.tzset()"
    assert pit.run(imports, "saw = time.localtime(0).tm_hour").saw == [5] * 3


def test_tracing_of_memory_that_the_import_started(pit: Pit) -> None:
    ending = pit.run("import tracemalloc\ntracemalloc.start()", "saw = tracemalloc.is_tracing()")
    assert ending.forked_silently
    assert ending.saw == [True] * 3


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_task_may_start_processes(pit: Pit, method: str) -> None:
    """`spawn` imports the flow's module in each, which must not run the flow again."""
    imports = (
        f"import multiprocessing\nCONTEXT = multiprocessing.get_context({method!r})\ndef double(x):\n    return 2 * x"
    )
    body = "with CONTEXT.Pool(2) as pool:\n    saw = pool.map(double, [item, 10])"
    ending = pit.run(imports, body)
    assert ending.forked_silently
    assert ending.saw == [[0, 20], [2, 20], [4, 20]]
    assert ending.said.count("Workflow starting") == 1


@pytest.mark.parametrize(
    ("imports", "value"),
    [
        ("import subprocess", "subprocess.run(['echo', str(item)], capture_output=True, text=True).stdout.strip()"),
        ("import asyncio\nasync def say(x):\n    await asyncio.sleep(0)\n    return str(x)", "asyncio.run(say(item))"),
        ("import faulthandler\nfaulthandler.enable()", "str(item) if faulthandler.is_enabled() else None"),
    ],
    ids=["subprocess", "asyncio", "faulthandler"],
)
def test_what_works_in_a_forked_task(pit: Pit, imports: str, value: str) -> None:
    ending = pit.run(imports, f"saw = {value}")
    assert ending.forked_silently
    assert ending.saw == ["0", "1", "2"]
