"""Running flows from Python: "I have a flow's file, or a class in a notebook, give me its run".

Each run is a process of its own, started as a user would start it: ``python flow.py run …``. What may be said to it is
asked of the flow's own command line, so nothing of it is known here.
"""

from __future__ import annotations

from .executing import ExecutingProcess as ExecutingProcess
from .executing import ExecutingRun as ExecutingRun
from .executing import ExecutingTask as ExecutingTask
from .notebook import NBRunner as NBRunner
from .problems import RunnerFailed as RunnerFailed
from .problems import UnknownArgument as UnknownArgument
from .problems import WrongType as WrongType
from .runner import Runner as Runner

__all__ = [
    "ExecutingProcess",
    "ExecutingRun",
    "ExecutingTask",
    "NBRunner",
    "Runner",
    "RunnerFailed",
    "UnknownArgument",
    "WrongType",
]
