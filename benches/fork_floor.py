"""The floor: what a bare fork and wait costs of the very interpreter tasks are forked from.

It has imported the flow and what runs its tasks, and is prepared for forking as the zygote is; its children leave at once.

Prints CPU milliseconds per fork. Usage: python fork_floor.py FLOW_FILE [COUNT]
"""

from __future__ import annotations

import os
import resource
import runpy
import sys

from spinloom import FlowSpec
from spinloom.host import FlowHost


def cpu() -> float:
    """CPU seconds of this process and of its children."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def main() -> None:
    """Forks and waits, serially, children leaving at once."""
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    module = runpy.run_path(sys.argv[1], run_name="imported")
    flow = next(v for v in module.values() if isinstance(v, type) and issubclass(v, FlowSpec) and v is not FlowSpec)
    host = FlowHost(flow)
    host.flow_graph()
    host.before_fork()
    before = cpu()
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
    print(f"{(cpu() - before) / count * 1000:.3f}")


main()
