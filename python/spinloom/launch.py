"""How a flow's command line starts, through either door."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from .flow import FlowSpec


class Door:
    """The way in: `python flow.py …`, or `spinloom … flow.py …`."""

    surface = "python"
    argv: list[str] | None = None
    script: str | None = None
    instead: Callable[[FlowSpec], NoReturn] | None = None  # what else to do with the flow than to run its command line


def start(flow: FlowSpec) -> NoReturn:
    """Runs the command line for `flow`, and ends the process with its exit code."""
    if Door.instead is not None:
        Door.instead(flow)
    from .host import FlowHost

    native: Any = __import__("spinloom._native", fromlist=["run_cli"])
    if os.environ.pop("SPINLOOM_TASK", None):  # an interpreter that the engine started for one task
        native.run_task(FlowHost(type(flow), surface=Door.surface, script=Door.script, template=flow.__dict__))
        os._exit(0)  # the worker has done all that an interpreter does at its end
    argv = sys.argv[1:] if Door.argv is None else Door.argv
    host = FlowHost(type(flow), surface=Door.surface, script=Door.script, template=flow.__dict__)
    host.entered = os.environ.pop("SPINLOOM_ENTERED", None) is not None
    sys.exit(native.run_cli(argv, host))
