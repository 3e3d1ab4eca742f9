"""Values as JSON, with numbers that JSON readers would bend written as tagged text."""

from __future__ import annotations

import math

_LOWEST, _HIGHEST = -(2**63), 2**64 - 1


def encode(value: object) -> object:
    """`value` as plain JSON data; `{"$int": "…"}` and `{"$float": "…"}` stand for numbers outside JSON's usual range.

    Raises `TypeError` for what is not JSON.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value) if _LOWEST <= value <= _HIGHEST else {"$int": str(int(value))}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"the key `{key!r}` is not a string")
        return {key: encode(item) for key, item in value.items()}
    raise TypeError(f"a `{type(value).__name__}` is not JSON")


def decode(value: object) -> object:
    """The reverse of `encode`."""
    if isinstance(value, dict):
        if len(value) == 1:
            ((key, text),) = value.items()
            if key == "$int" and isinstance(text, str):
                return int(text)
            if key == "$float" and isinstance(text, str):
                return float(text)
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    return value
