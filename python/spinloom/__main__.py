"""The native door: `python -m spinloom run flow.py …`, which the `spinloom` command starts to have a flow imported.

The flow's file runs as `__main__`, as `python flow.py` would run it.
"""

from __future__ import annotations

import json
import os
import sys

from . import __version__
from .exceptions import MetaflowException, SpinloomException

# Of the table of exit codes, what can come before the command line is read; all else is an invalid flow.
_EXITS = {"SL0001": 2, "SL0103": 2, "SL0301": 4, "SL0401": 6, "SL0403": 6, "SL0501": 5, "SL0511": 5}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def main(argv: list[str]) -> None:
    """Runs the flow of `command flow.py …`: the command line is what is left without the file."""
    _same_version()
    if argv[:1] == ["artifact-get"]:  # started by `spinloom artifact get`, for a value to be loaded
        from .export import export

        export(json.loads(argv[1]))
        return
    if argv[:1] == ["card-create"]:  # started by `spinloom card create`
        from .cards.finished import create

        create(json.loads(argv[1]))
        return
    if argv[:1] == ["extensions-list"]:  # started by `spinloom extensions list`
        from .extensions import listing

        print(listing())
        return
    if argv[:1] == ["project-schema"]:  # started by commands about settings
        from .project_settings import schema_of

        print(json.dumps(schema_of(json.loads(argv[1]))))
        return
    if argv[:1] == ["sweep-optuna"]:  # started by `spinloom sweep --optuna`
        from .sweeps import optuna

        sys.exit(optuna.main())
    if argv[:1] == ["sweep-host"]:  # started by `spinloom sweep`
        from .sweeps import host

        host.prepare(argv[2] if len(argv) > 2 else "")
        argv = ["run", argv[1]]
    _report_at_end()
    if len(argv) < 2 or not os.path.isfile(argv[1]):
        what = f"there is no flow file `{argv[1]}`" if len(argv) > 1 else "no flow file is given"
        raise MetaflowException(what, hints=["name one, such as `spinloom run flow.py`"], code="SL0001")
    command, script, *rest = argv
    enter(script, [command, *rest])
    module = fresh_main(script)
    with open(script, "rb") as handle:
        # The flow's own future statements count, not ours.
        code = compile(handle.read(), os.path.abspath(script), "exec", dont_inherit=True)
    exec(code, module.__dict__)
    # The file does not start its flow itself, so we do.
    from .launch import start

    start(_only_flow(module, script)())


def _same_version() -> None:
    """Refuses to serve a `spinloom` command of another version: the two are one program."""
    launcher = os.environ.pop("SPINLOOM_LAUNCHER_VERSION", __version__)
    if launcher != __version__:
        raise MetaflowException(
            f"the `spinloom` command is version {launcher}, but this Python has {__version__}",
            hints=[f"upgrade the older one: `{sys.executable} -m pip install spinloom=={launcher}`"],
            code="SL0501",
        )


def _report_at_end() -> None:
    """Tells, at the end, what was imported, if the `spinloom` command keeps an interpreter warm for the next time."""
    socket = os.environ.pop("SPINLOOM_WARM_REPORT", None)
    if socket:
        from .warm.report import at_end

        at_end(socket)


def enter(script: str, argv: list[str]) -> None:
    """Makes this process look like one that was started as `python script argv`."""
    from .launch import Door

    Door.surface, Door.script, Door.argv = "native", script, argv
    sys.argv = [script, *argv]
    folder = os.path.dirname(os.path.abspath(script))
    if sys.path and sys.path[0] == os.getcwd():  # put there by `-m`; `python flow.py` has the flow's folder instead
        sys.path[0] = folder
    else:
        sys.path.insert(0, folder)


def fresh_main(script: str) -> ModuleType:
    """A module `__main__` for the flow's file to run in."""
    from types import ModuleType

    module = ModuleType("__main__")
    module.__file__ = os.path.abspath(script)
    module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = module
    return module


def _only_flow(module: ModuleType, script: str) -> type:
    from .flow import FlowSpec

    flows = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, FlowSpec) and value.__module__ == "__main__"
    ]
    if len(flows) == 1:
        return flows[0]
    found = f"defines {len(flows)} flows" if flows else "defines no flow"
    raise MetaflowException(
        f"`{script}` {found} and starts none",
        hints=["end it with `if __name__ == '__main__': MyFlow()`"],
        code="SL0105",
    )


def _guarded(argv: list[str]) -> int:
    try:
        main(argv)
    except SpinloomException as error:
        return _show(error, argv)
    except Exception as error:  # the user's own, raised while the file was imported
        from .worker.boundary import format_user_traceback

        sys.stderr.write(format_user_traceback(error))
        return 3
    return 0


def _show(error: SpinloomException, argv: list[str]) -> int:
    """Draws an error that came before the command line was read, as the command line would have drawn it."""
    place = f"  --> {error.file}:{error.line}\n" if error.file else ""
    hints = "".join(f"hint: {hint}\n" for hint in error.hints)
    sys.stderr.write(f"error[{error.code}]: {error.message}\n{place}{hints}")
    if "--json" in argv or "--jsonl" in argv:
        location = {"file": error.file, "line": error.line} if error.file else None
        shown = {"code": error.code, "message": error.message, "location": location, "causes": [], "hints": error.hints}
        command = argv[0] if argv else ""
        answer = {"schema": 1, "command": command, "ok": False, "data": None, "warnings": [], "error": shown}
        print(json.dumps(answer))
    return _EXITS.get(error.code, 3)


if __name__ == "__main__":
    sys.exit(_guarded(sys.argv[1:]))
