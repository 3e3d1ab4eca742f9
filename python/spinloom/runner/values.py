"""Python values as words of a command line."""

from __future__ import annotations

import datetime
import enum
import json
import os
from typing import Any

from .problems import WrongType

_EXPECTED = {
    "str": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "file": "a path",
}


def as_text(keyword: str, value: Any, parameter: dict[str, Any] | None = None) -> str:
    """The word for a value.

    Args:
        keyword: what the argument is called, for the error.
        value: the value, not None.
        parameter: type, default and separator of the parameter it is for; None for other options.

    Raises:
        WrongType: the parameter has no such values.
    """
    if parameter is None:
        return _plain(keyword, value)
    kind, separator = parameter["type"], parameter["separator"]
    if kind in ("json", "list"):
        return value if kind == "list" and isinstance(value, str) else _json(keyword, value)
    if kind == "str" and separator and isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return separator.join(value)
    if not _fits(kind, value):
        expected = _EXPECTED.get(kind, kind)
        raise WrongType(
            f"Invalid type for '{keyword}' (`{type(value).__name__}`), expected: `{expected}`, "
            f"default is {parameter['default']!r} but found {value!r}"
        )
    return _plain(keyword, value)


def _fits(kind: str, value: Any) -> bool:
    number = not isinstance(value, bool)
    match kind:
        case "str":
            return isinstance(value, str)
        case "int":
            return number and hasattr(value, "__index__")  # also numpy's
        case "float":
            return number and (hasattr(value, "__float__") or hasattr(value, "__index__"))
        case "bool":
            return isinstance(value, bool)
        case "file" | "path":
            return isinstance(value, (str, os.PathLike))
        case _:  # whether it is one, the flow knows
            return True


def _plain(keyword: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list, tuple)):
        return _json(keyword, value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (datetime.date, enum.Enum)) or hasattr(value, "model_dump"):
        told = _of_objects(value)
        return told if isinstance(told, str) else _json(keyword, told)
    return str(value)


def _of_objects(value: Any) -> Any:
    """What parameters of such types are given as: a date as ISO 8601 has it, a member of an enum by its name."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "model_dump"):  # a pydantic model
        return value.model_dump(mode="json")
    raise TypeError(f"a `{type(value).__name__}` is not JSON")


def _json(keyword: str, value: Any) -> str:
    try:
        return json.dumps(value, default=_of_objects)
    except (TypeError, ValueError) as error:
        raise WrongType(f"the value of '{keyword}' cannot be written as JSON: {error}") from error
