"""Where in the user's files something is."""

from __future__ import annotations

import os
import sys

PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep


def is_ours(file: str) -> bool:
    """Whether `file` belongs to Spinloom itself."""
    return file.startswith(PACKAGE)


def caller() -> tuple[str, int]:
    """File and line of the nearest frame outside Spinloom."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def suggestion(name: str, known: list[str]) -> list[str]:
    """A "did you mean" hint, if one of `known` is like `name`."""
    import difflib

    return [f"did you mean `{best}`?" for best in difflib.get_close_matches(name, known, n=1)]
