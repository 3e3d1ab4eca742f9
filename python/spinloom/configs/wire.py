"""Values of configs as JSON: on their way to the native part, to other interpreters, and into the record of the run.

What JSON does not know, such as a date of TOML's or the object a plain parser returns, travels as
`{"$python": {"pickle": "…", "text": "…"}}`.
"""

from __future__ import annotations

from .. import jsonvalue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MARK = "$python"
# An object of one such key is marked, so that it is not taken for what the mark means.
_MARKS = frozenset(["$int", "$float", "$object", _MARK])


def encode(value: Any) -> Any:
    """`value` as JSON data; keys become text, as `json` has them. Raises what pickling does."""
    if isinstance(value, dict):
        coded = {_key(key): encode(one) for key, one in value.items()}
        return {"$object": coded} if len(coded) == 1 and _MARKS.issuperset(coded) else coded
    if type(value) in (list, tuple):
        return [encode(one) for one in value]
    try:
        return jsonvalue.encode(value)
    except TypeError:
        return _pickled(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return str(key)


def _pickled(value: Any) -> dict[str, Any]:
    import base64
    import pickle

    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return {_MARK: {"pickle": base64.b64encode(pickle.dumps(value, 5)).decode(), "text": text}}


def decode(value: Any) -> Any:
    """The reverse of `encode`."""
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and _MARKS.issuperset(value):
        ((mark, held),) = value.items()
        if mark == "$object":
            return {key: decode(one) for key, one in held.items()}
        if mark == _MARK:
            import base64
            import pickle

            return pickle.loads(base64.b64decode(held["pickle"]))
        return jsonvalue.decode(value)
    return {key: decode(one) for key, one in value.items()}
