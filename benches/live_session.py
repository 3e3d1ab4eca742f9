"""What a notebook cell costs: the body of a flow's `train`, run again and again in a live IPython session.

Usage: python live_session.py FLOW_FILE TIMES. Prints the median, seconds.
"""

from __future__ import annotations

import runpy
import statistics
import sys
import time
from types import SimpleNamespace

from IPython.core.interactiveshell import InteractiveShell


def main() -> None:
    """Makes the inputs as `start` does, then runs the cell."""
    file, times = sys.argv[1], int(sys.argv[2])
    names = runpy.run_path(file)
    flow = next(value for value in names.values() if isinstance(value, type) and hasattr(value, "train"))
    inputs = SimpleNamespace(next=lambda *_steps, **_how: None, train=None, end=None)
    flow.start(inputs)
    shell = InteractiveShell.instance()
    shell.push({"body": flow.train, "inputs": inputs})
    took = []
    for _ in range(times):
        began = time.perf_counter()
        shell.run_cell("body(inputs)").raise_error()
        took.append(time.perf_counter() - began)
    print(statistics.median(took))


if __name__ == "__main__":
    main()
