"""Python's own values, and whatever nobody else knows."""

from __future__ import annotations

import sys
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview

_ITEMS = 20
_ITEMS_INSIDE = 5


def _scalar(maker: Maker, value: Any, depth: int) -> Preview:
    name = type(value).__name__
    shown = maker.number(value) if isinstance(value, (int, float)) else value
    if isinstance(value, float) and not isinstance(shown, str):
        shown = float(value)
    return {"kind": "scalar", "type": name, "text" if isinstance(shown, str) else "value": shown}


def _written(maker: Maker, value: Any, depth: int) -> Preview:
    """A value whose text says it all."""
    from .making import type_of

    return {"kind": "scalar", "type": type_of(value), "text": maker.text(str(value))}


def _str(maker: Maker, value: str, depth: int) -> Preview:
    return {"kind": "text", "type": "str", "length": len(value), **maker.whole(value, depth)}


def _bytes(maker: Maker, value: Any, depth: int) -> Preview:
    preview: Preview = {"kind": "text", "type": type(value).__name__, "length": len(value)}
    head = bytes(memoryview(value)[:8192])
    try:
        text = head.decode("utf-8") if len(value) <= len(head) else head.decode("utf-8", "ignore")
    except UnicodeDecodeError:
        text = ""
    if text and (text.isprintable() or all(one.isprintable() or one in "\r\n\t" for one in text[:1000])):
        return {**preview, **maker.whole(text, depth)}
    if not maker.hides_in(head):
        preview["hex"] = head[: 16 if depth else 64].hex()
    return preview


def _included(maker: Maker, value: Any) -> Preview:
    """The content of a file that is a parameter: what steps get is text or bytes."""
    from .making import TEXT

    content = memoryview(value.content)
    head = bytes(content[:8192])
    if value.encoding is None:
        return {**_bytes(maker, head, 0), "length": len(content)}
    text = head.decode(value.encoding, "ignore")
    preview: Preview = {"kind": "text", "type": "str", "text": maker.text(text, TEXT)}
    if len(head) == len(content):
        preview["length"] = len(text)
    return preview


def _collection(maker: Maker, value: Any, depth: int) -> Preview:
    from .making import DEEPEST, type_of

    preview: Preview = {"kind": "collection", "type": type_of(value), "length": len(value)}
    if depth >= DEEPEST:
        return preview
    head = islice(value, _ITEMS if depth == 0 else _ITEMS_INSIDE)
    preview["items"] = items = []
    if depth == 0:
        maker.keep(preview)
    for item in head:
        items.append(maker.show(item, depth + 1))
    return preview


def _dict(maker: Maker, value: dict[Any, Any], depth: int) -> Preview:
    from .making import DEEPEST, type_of

    preview: Preview = {"kind": "collection", "type": type_of(value), "length": len(value)}
    if depth >= DEEPEST:
        return preview
    preview["entries"] = entries = []
    if depth == 0:
        maker.keep(preview)
    for key, item in islice(value.items(), _ITEMS if depth == 0 else _ITEMS_INSIDE):
        entries.append([maker.show(key, DEEPEST), maker.show(item, depth + 1)])
    return preview


_SIMPLE = frozenset([type(None), bool, int, float, complex, str])


def is_simple(value: Any) -> bool:
    """Whether no code but Python's own runs when `value` is shown."""
    kind = type(value)
    if kind is dict:
        return all(type(key) in _SIMPLE and type(item) in _SIMPLE for key, item in islice(value.items(), _ITEMS))
    if kind in (list, tuple, set, frozenset):
        return all(type(item) in _SIMPLE for item in islice(value, _ITEMS))
    return kind in _SIMPLE or kind in (bytes, bytearray)


BUILTIN: dict[type, Any] = {
    type(None): _scalar,
    bool: _scalar,
    int: _scalar,
    float: _scalar,
    complex: _written,
    str: _str,
    bytes: _bytes,
    bytearray: _bytes,
    list: _collection,
    tuple: _collection,
    set: _collection,
    frozenset: _collection,
    dict: _dict,
    range: _written,
}

# Of the standard library, by module and name of the type: it may not be loaded.
_WRITTEN = {
    "datetime": ("date", "time", "timedelta", "timezone", "tzinfo"),
    "uuid": ("UUID",),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "pathlib": ("PurePath",),
    "enum": ("Enum",),
    "zoneinfo": ("ZoneInfo",),
    "ipaddress": ("_IPAddressBase",),
}


def _known(value: Any, names: dict[str, tuple[str, ...]]) -> bool:
    for module, types in names.items():
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(value, tuple(getattr(loaded, name) for name in types)):
            return True
    return False


def show_object(maker: Maker, value: Any, depth: int) -> Preview:
    """A value of a type that no other part knows: what its class says of it, or its attributes."""
    if _known(value, {"spinloom.includefile": ("Content",)}):
        return _included(maker, value)
    if _known(value, _WRITTEN):
        return _written(maker, value, depth)
    if isinstance(value, (type, FunctionType, BuiltinFunctionType, MethodType, ModuleType)):
        preview = maker.begin("object", value, depth)
        return {**preview, "text": maker.text(_qualified(value))}
    if isinstance(value, BaseException):
        return {**maker.begin("object", value, depth), **maker.whole(str(value), depth)}
    found = _by_shape(maker, value, depth)
    if found is not None:
        return found
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return _fields(maker, value, depth, list(zip(value._fields, value, strict=True)))
    for base, show in ((dict, _dict), ((list, tuple, set, frozenset), _collection), (str, _str), (bytes, _bytes)):
        if isinstance(value, base):  # type: ignore[arg-type]
            return show(maker, value, depth)
    if isinstance(value, (int, float)):
        return _written(maker, value, depth)
    own = type(value).__repr__
    attributes = getattr(value, "__dict__", None)
    if "__dataclass_fields__" in type(value).__dict__ or (own is object.__repr__ and attributes):
        names = type(value).__dict__.get("__dataclass_fields__", attributes)
        shown = [(name, getattr(value, name)) for name in islice(names, _ITEMS) if _is_there(value, name)]
        return _fields(maker, value, depth, shown)
    preview = maker.begin("object", value, depth)
    if hasattr(type(value), "__len__"):
        preview["length"] = len(value)
    if own is not object.__repr__ and maker.may_call:
        preview.update(maker.whole(_without_addresses(repr(value)), depth))
    return preview


def _by_shape(maker: Maker, value: Any, depth: int) -> Preview | None:
    """Models and arrays of libraries nobody here knows by name."""
    kind = type(value)
    if callable(getattr(kind, "get_params", None)) and callable(getattr(kind, "fit", None)):
        from .models import show

        return show(maker, value, depth)
    if not (hasattr(kind, "shape") and hasattr(kind, "dtype")):
        return None
    shape = value.shape
    if not (isinstance(shape, tuple) and all(isinstance(size, int) for size in shape)):
        return None
    return maker.begin("array", value, depth, shape=list(map(int, shape)), dtype=maker.text(str(value.dtype)))


def _is_there(value: Any, name: str) -> bool:
    """Whether an attribute is there to be read without running code of its own."""
    return name in getattr(value, "__dict__", ()) or name in getattr(type(value), "__slots__", ())


def _fields(maker: Maker, value: Any, depth: int, fields: list[tuple[str, Any]]) -> Preview:
    from .making import DEEPEST

    preview = maker.begin("object", value, depth)
    if depth < DEEPEST:
        preview["fields"] = shown = []
        for name, item in fields[: _ITEMS if depth == 0 else _ITEMS_INSIDE]:
            shown.append([maker.text(str(name)), maker.show(item, depth + 1)])
    return preview


def _without_addresses(text: str) -> str:
    """Equal values look equal: where an object was in memory is left out."""
    first, *rest = text.split(" at 0x")
    return first + "".join(part.lstrip("0123456789abcdefABCDEF") for part in rest)


def _qualified(value: Any) -> str:
    module = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
    return name if module in (None, "builtins") else f"{module}.{name}"
