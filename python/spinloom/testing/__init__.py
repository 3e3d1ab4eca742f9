"""Testing flows: what the fixtures of the pytest plugin do, see ``docs/guide/testing.md``.

The fixtures themselves are in ``_spinloom_pytest``, a module beside this package, so that pytest can know them without
importing Spinloom.
"""

from __future__ import annotations

from .flows import FlowFailed as FlowFailed
from .flows import Spun as Spun
from .flows import run_flow as run_flow
from .flows import spin_step as spin_step
from .store import use_store as use_store

__all__ = ["FlowFailed", "Spun", "run_flow", "spin_step", "use_store"]
