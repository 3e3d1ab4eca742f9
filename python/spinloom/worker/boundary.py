"""The one place that calls a step's body, and tells what it raised in the user's own frames."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from ..exceptions import InvalidNextException, SpinloomException
from ..locations import is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from traceback import FrameSummary, TracebackException
    from typing import Any

_STDLIB = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
_LONGEST = 100_000


def call(body: Callable[..., Any], arguments: tuple[Any, ...]) -> BaseException | None:
    """Calls a step's body; returns what it raised."""
    try:
        body(*arguments)
    except BaseException as error:  # whatever it is, it ends the attempt and not this process
        return error
    return None


def failure_record(error: BaseException) -> dict[str, Any]:
    """A failure as the event stream has it: what, and where in the user's code."""
    report = _report(error)
    record: dict[str, Any] = {"kind": kind_of(error), "message": _message(error)}
    place = _innermost(list(report.stack))
    if place is not None:
        record["traceback"] = "".join(report.format())
        record.update(file=place.filename, line=place.lineno, source=place.line or None, function=place.name)
    elif isinstance(error, SpinloomException) and error.file is not None:
        record.update(file=error.file, line=error.line, source=_source(error.file, error.line or 0))
    if isinstance(error, SystemExit):
        record["exit_code"] = exit_code(error)
    return {key: _plain(value) for key, value in record.items() if value is not None}


def _plain(value: Any) -> Any:
    """Text without the half characters that JSON readers refuse, and not without end."""
    if not isinstance(value, str):
        return value
    if len(value) > _LONGEST:
        value = f"{value[: _LONGEST // 2]}\n…\n{value[-_LONGEST // 2 :]}"
    return value.encode("utf-8", "backslashreplace").decode()


def _source(file: str, line: int) -> str | None:
    import linecache

    return linecache.getline(file, line).strip() or None


def place_text(record: dict[str, Any]) -> str:
    """A failure without frames, as lines for a terminal."""
    place = f"{record['file']}:{record['line']}: " if "file" in record else ""
    source = f"    {record['source']}\n" if "source" in record else ""
    return f"{place}{record['message']}\n{source}"


def format_user_traceback(error: BaseException) -> str:
    """The traceback as Python prints it, our frames cut."""
    return "".join(_report(error).format())


def kind_of(error: BaseException) -> str:
    """The kind of a failure: the exception's class, `exit`, or `transition`."""
    if isinstance(error, SystemExit):
        return "exit"
    if isinstance(error, InvalidNextException):
        return "transition"
    return type(error).__name__


def exit_code(error: SystemExit) -> int:
    """The code a process would end with."""
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 1


def _message(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"the step called `sys.exit({'' if error.code is None else repr(error.code)})`"
    try:
        return str(error)
    except Exception:  # a user's __str__ may do anything
        return f"<{type(error).__name__} without a readable message>"


def _report(error: BaseException) -> TracebackException:
    from traceback import TracebackException

    from .suggest import add_suggestion

    add_suggestion(error)
    report = TracebackException(type(error), error, error.__traceback__, compact=True)
    waiting: list[TracebackException | None] = [report]
    while waiting:
        part = waiting.pop()
        if part is None:
            continue
        part.stack[:] = [frame for frame in part.stack if not is_ours(frame.filename)]
        waiting += [part.__cause__, part.__context__, *(part.exceptions or ())]
    return report


def _innermost(frames: list[FrameSummary]) -> FrameSummary | None:
    for frame in reversed(frames):
        if is_users(frame.filename):
            return frame
    return frames[-1] if frames else None


def is_users(file: str) -> bool:
    """Whether a source file is neither of an installed package nor of Python itself."""
    library = f"{os.sep}site-packages{os.sep}" in file or f"{os.sep}dist-packages{os.sep}" in file
    return not (library or file.startswith((_STDLIB, "<frozen")))


def tell_failure(error: BaseException, record: dict[str, Any]) -> None:
    """Prints why a step failed, as a script would."""
    if not isinstance(error, SystemExit):
        tell(record.get("traceback") or _without_frames(error, record))
    elif isinstance(error.code, str):
        tell(error.code + "\n")


def _without_frames(error: BaseException, record: dict[str, Any]) -> str:
    """One of ours; or one of the user's that was made and never raised, which a decorator may return."""
    if isinstance(error, SpinloomException):
        return place_text(record) + "".join(f"hint: {hint}\n" for hint in error.hints)
    return f"{record['kind']}: {record['message']}\n"


def say(text: str) -> None:
    """Prints for the user of the task what is no error."""
    with suppress(AttributeError, OSError, ValueError):  # the step closed or replaced the stream
        sys.stdout.write(text)


def tell(text: str) -> None:
    """Prints for the user of the task."""
    try:
        sys.stdout.flush()
        sys.stderr.write(text)
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):
        pass  # the step closed or replaced a stream
