"""The warm interpreter: `python -m spinloom.warm SOCKET PARENT`, started by its supervisor.

It imports and never computes: what it forks must find one thread, and no descriptor but its own.
"""

from __future__ import annotations

import gc
import sys

# Its own search path must not have the working directory that `-m` put first.
if not sys.flags.safe_path:
    del sys.path[0]

from .. import _native, seeds
from ..worker.process import Snapshot
from . import child
from .preload import Preloaded


def main() -> None:
    """Imports, serves, and in each forked process runs what that is for."""
    warm = _native.Warm(int(sys.argv[1]), int(sys.argv[2]))
    preloaded = Preloaded(warm)
    seeds.note()
    if not preloaded.load(warm.modules()):
        return
    snapshot = Snapshot()
    snapshot.find_generators()
    import json

    ready = json.dumps(preloaded.described())
    gc.collect()
    gc.freeze()
    task = warm.serve(ready)
    if task is None:
        return
    words, environment, ignored = task
    child.become(words, environment, ignored, preloaded.made, snapshot)
    child.run(words)


if __name__ == "__main__":
    main()
