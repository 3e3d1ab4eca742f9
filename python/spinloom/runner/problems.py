"""What can go wrong before there is a run: also of the kind that Metaflow's Runner raises."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spinloom.exceptions import MetaflowException


class _Hinted(MetaflowException):
    def __init__(self, message: str = "", hints: Iterable[str] = (), code: str | None = None) -> None:
        super().__init__(message, hints=hints, code=code)
        self.args = (message, self.hints, code)
        for hint in self.hints:
            self.add_note(f"hint: {hint}")


class UnknownArgument(_Hinted, ValueError):
    """The flow's command line has no such parameter or option."""

    code = "SL0001"
    headline = "Unknown argument"


class WrongType(_Hinted, TypeError):
    """A value is not of the type that the parameter or option has."""

    code = "SL0103"
    headline = "Invalid type"


class RunnerFailed(_Hinted, RuntimeError):
    """The process ended before there was a run, or the flow's command line could not be asked for.

    Attributes:
        returncode: how the process ended; None if it was ended for taking too long.
        stderr: what it wrote to standard error. The error's ``code`` is the first one named there.
    """

    code = "SL0105"
    headline = "The flow did not start"

    def __init__(self, message: str = "", returncode: int | None = None, stderr: str = "") -> None:
        said = re.search(r"^error\[(SL\d{4})\]", stderr, re.MULTILINE)
        super().__init__(message, code=said[1] if said else None)
        self.args = (message, returncode, stderr)
        self.returncode = returncode
        self.stderr = stderr
