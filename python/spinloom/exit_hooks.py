"""Calls the functions of `@exit_hook`, each in a process of its own: `python -m spinloom.exit_hooks flow.py <request>`."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def find(name: str, main: str) -> Any:
    """The function `name` of the module `main`, or the one that `module:function` or `module.function` says.

    Raises `ImportError` or `AttributeError` if there is none.
    """
    from importlib import import_module

    module, colon, path = name.rpartition(":")
    if not colon and hasattr(sys.modules[main], name.split(".")[0]):
        module, path = main, name
    elif not colon:
        module, _, path = name.rpartition(".")
    found: Any = sys.modules[main] if module in ("", main) else import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found


def call(script: str, request: dict[str, Any]) -> int:
    """Calls one function in a fresh interpreter, and waits for it. Returns the exit code of that process.

    `request` has `function`, `module` (the flow's), `flow`, `run` and `store`, and `quiet_stdout` if only standard error may be written to.
    """
    import subprocess

    command = [sys.executable, "-m", __name__, os.path.abspath(script), json.dumps(request)]
    paths = [*sys.path[1:], os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    stdout = sys.stderr if request.get("quiet_stdout") else None
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stdout, env=environment, check=False).returncode


class _Described(BaseException):
    """The flow's file is through: it wants to start the flow."""


def main(script: str, request: dict[str, Any]) -> int:
    """Imports the flow's file as `__main__`, without starting the flow, and calls the function."""
    from . import launch
    from .__main__ import enter, fresh_main

    def stop(flow: object) -> None:
        raise _Described

    launch.Door.instead = stop
    enter(script, [])
    module = fresh_main(script)
    with open(script, "rb") as handle:
        code = compile(handle.read(), script, "exec", dont_inherit=True)
    with suppress(_Described):
        exec(code, module.__dict__)
    hook = find(request["function"], request["module"])
    hook(**({"run": _run(request)} if _takes_run(hook) else {}))
    return 0


def _takes_run(hook: Any) -> bool:
    from inspect import Parameter, signature

    parameters = signature(hook).parameters
    return "run" in parameters or any(one.kind is Parameter.VAR_KEYWORD for one in parameters.values())


def _run(request: dict[str, Any]) -> Any:
    from . import client

    store = f"local@{request['store']}"
    return client.Run(f"{request['flow']}/{request['run']}", _namespace_check=False, _current_metadata=store)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], json.loads(sys.argv[2])))
    except Exception as error:  # the user's, told in the user's own frames
        from .worker.boundary import format_user_traceback

        sys.stderr.write(format_user_traceback(error))
        sys.exit(1)
