"""Which serializer a value goes through, and which one reads it back. Pickle, unless one of the user's says it can (AR-08)."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from .exceptions import MetaflowDataMissing, SpinloomException, UnpicklableArtifactException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .installed import EntryPoint

GROUP = "spinloom.serializers"
PICKLE = "pickle-v"
"""How encodings of pickles begin: `pickle-v5` is ours, imported ones may be of earlier protocols (AR-07)."""

_active: list[Any] = []
_waiting: list[tuple[Any, str | None]] = []  # with the module each lacks; None: not tried yet
_broken: dict[str, str] = {}
_settled: set[type] = {type(None), bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset}
_points: list[EntryPoint] | None = None


def register(serializer: Any) -> None:
    """Counts on a serializer from now on; it takes the place of one with the same `TYPE`."""
    for known in [one for one in _active if one.TYPE == serializer.TYPE]:
        _active.remove(known)
    _waiting[:] = [one for one in _waiting if one[0].TYPE != serializer.TYPE]
    _waiting.append((serializer, None))


def active() -> list[Any]:
    """The serializers that can be asked now, in order."""
    if _waiting:
        for serializer, lacks in list(_waiting):
            if lacks is None or lacks in sys.modules:
                _waiting.remove((serializer, lacks))
                _set_up(serializer)
    return _active


def _set_up(serializer: Any) -> None:
    function = serializer.setup_imports.__func__
    try:
        # Metaflow's authors may leave the context out.
        serializer.setup_imports(*(None,) * (function.__code__.co_argcount > 1))
    except ImportError as error:
        if error.name is not None and error.name not in sys.modules:
            _waiting.append((serializer, error.name))
        _broken[serializer.TYPE] = str(error)
    except Exception as error:  # the user's code
        _broken[serializer.TYPE] = f"{type(error).__name__}: {error}"
        _warn(f"serializer `{serializer.TYPE}` is not used: {_broken[serializer.TYPE]}")
    else:
        _broken.pop(serializer.TYPE, None)
        _active.insert(0, serializer)  # the last one first, among equals
        _active.sort(key=lambda one: one.PRIORITY)


def _warn(text: str) -> None:
    import warnings

    warnings.warn(text, RuntimeWarning, stacklevel=3)


def for_value(value: Any, kind: type) -> Any | None:
    """The serializer that `value`, which is of type `kind`, goes through; None for pickle."""
    if kind not in _settled:
        _settle(kind)
    if not (_active or _waiting):
        return None
    for serializer in active():
        try:
            if serializer.can_serialize(value):
                return serializer
        except Exception as error:  # the user's code
            _warn(f"serializer `{serializer.TYPE}` was skipped: `can_serialize` raised {type(error).__name__}: {error}")
    return None


def _settle(kind: type) -> None:
    """Imports what installed packages have for values of this type."""
    _settled.add(kind)
    modules = {str(cls.__module__).partition(".")[0] for cls in kind.__mro__}
    modules -= sys.stdlib_module_names
    if modules:
        for point in _entry_points():
            if point.name.partition(".")[0] in modules:
                _import(point)


def prepare() -> None:
    """Looks, in the zygote, for what packages have, if the flow uses libraries at all."""
    if any(name in sys.modules for name in ("numpy", "pandas", "torch", "pyarrow", "polars")):
        _entry_points()


def _entry_points() -> list[EntryPoint]:
    global _points
    if _points is None:
        from .installed import entry_points

        _points = entry_points(GROUP)
    return _points


def _import(point: EntryPoint) -> None:
    try:
        getattr(import_module(point.module), point.attribute)  # defining the class registers it
    except Exception as error:  # the package's code
        _broken[point.name] = f"{type(error).__name__}: {error}"
        _warn(f"serializer `{point.name}` of `{point.package}` is not used: {_broken[point.name]}")


def encode(value: Any, kind: type) -> tuple[bytes, list[bytes], str] | None:
    """`value` as bytes, further blobs, and what is noted of them, as the inside of a JSON object; None if it is for pickle."""
    serializer = for_value(value, kind)
    if serializer is None:
        return None
    from .serializers import SerializationFormat

    name = f"{serializer.__module__}.{serializer.__qualname__}"
    try:
        blobs, metadata = serializer.serialize(value, format=SerializationFormat.STORAGE)
        parts = [bytes(blob.value) for blob in blobs if not blob.is_reference]
        info = json.dumps(_noted(serializer, metadata))
    except SpinloomException:
        raise
    except Exception as error:  # the user's code
        raise _Failed(f"its serializer `{name}` failed: {type(error).__name__}: {error}") from error
    if not parts or len(parts) != len(blobs):
        raise _Failed(f"its serializer `{name}` made {'references' if blobs else 'no blob'}, where bytes are needed")
    if not isinstance(metadata.encoding, str) or metadata.encoding.startswith(PICKLE):
        raise _Failed(f"its serializer `{name}` calls its encoding {metadata.encoding!r}, which is taken or no text")
    return parts[0], parts[1:], f'"encoding":{json.dumps(metadata.encoding)},"serializer":{info}'


def _noted(serializer: Any, metadata: Any) -> dict[str, Any]:
    noted = {
        "serializer": serializer.TYPE,
        "class": f"{serializer.__module__}:{serializer.__qualname__}",
        "type": str(metadata.obj_type),
        "info": dict(metadata.serializer_info or {}),
    }
    module = serializer.__module__
    source = next((point.package for point in _points or () if point.module == module), None)
    return noted if source is None else {**noted, "package": source}


class _Failed(UnpicklableArtifactException):
    """A serializer could not do what it said it could."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hints=["mend the serializer, or let its `can_serialize` return `False`"])


def decode(stream: bytes, buffers: Iterable[Any], told: dict[str, Any], shown: str = "") -> Any:
    """The value of bytes that a serializer made; `told` has their `type`, `size`, `encoding` and `serializer`.

    Raises `MetaflowDataMissing` if no serializer can read them. Its message ends with `shown`.
    """
    from .serializers import SerializationFormat, SerializationMetadata

    noted = told.get("serializer") or {}
    kind = noted.get("type", told["type"])
    metadata = SerializationMetadata(kind, told["size"], told["encoding"], noted.get("info", {}))
    serializer = _reader(metadata, noted)
    if serializer is None:
        raise _unreadable(told, noted, shown)
    from .buffers import writable

    data = [stream, *(bytes(one) for one in writable(buffers))]
    return serializer.deserialize(data, metadata, format=SerializationFormat.STORAGE)


def _reader(metadata: Any, noted: dict[str, Any]) -> Any | None:
    """Asks those that are here, then what packages have, then what the module that it came from has."""
    found = _asked(metadata, noted)
    if found is None:
        module = str(noted.get("class", "")).partition(":")[0]
        for point in sorted(_entry_points(), key=lambda point: point.module != module):
            _import(point)
            if (found := _asked(metadata, noted)) is not None:
                return found
        if module not in ("", "__main__") and module not in sys.modules:
            try:
                import_module(module)
            except Exception:  # it is not here, which is what the caller says
                return None
            found = _asked(metadata, noted)
    return found


def _asked(metadata: Any, noted: dict[str, Any]) -> Any | None:
    for serializer in sorted(active(), key=lambda one: noted.get("serializer") != one.TYPE):
        try:
            if serializer.can_deserialize(metadata):
                return serializer
        except Exception as error:  # the user's code
            _warn(
                f"serializer `{serializer.TYPE}` was skipped: `can_deserialize` raised {type(error).__name__}: {error}"
            )
    return None


def _unreadable(told: dict[str, Any], noted: dict[str, Any], shown: str) -> MetaflowDataMissing:
    module, _, name = str(noted.get("class", "")).partition(":")
    package = noted.get("package")
    what = f"its encoding is `{told['encoding']}`, and the serializer that wrote it, `{module}.{name}`, is not here"
    if package:
        hint = f"install the package `{package}`"
    elif module == "__main__":
        hint = f"the flow file defines `{name}`; move it to a module that both can import"
    else:
        hint = f"make the module `{module}` importable (`sys.path`)"
    why = _broken.get(noted.get("serializer", ""))
    return MetaflowDataMissing(f"{what}{f' ({why})' if why else ''}{shown}", hints=[hint])
