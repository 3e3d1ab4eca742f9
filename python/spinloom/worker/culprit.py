"""Which part of a value cannot be pickled, where in it, and what to do about that. Only asked once saving has failed."""

from __future__ import annotations

import io
import os
import pickle
import sys
import time
from collections import deque
from itertools import islice
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

SECONDS = 2.0
_PARTS = 200_000
_EACH = 10_000
_LONGEST = 40
_PLAIN = (type(None), bool, int, float, complex, str, bytes, bytearray)
# Parts of their values are not to be had without copying them.
_CLOSED = frozenset(["numpy", "torch", "pyarrow", "polars"])


class _Nowhere(io.RawIOBase):
    def write(self, data: Any) -> int:
        return len(data)


class _TooLong(Exception):
    pass


class _Tracer(pickle.Pickler):
    """Remembers what it was about to pickle last; raises `_TooLong` when its time is up."""

    def __init__(self) -> None:
        super().__init__(_Nowhere(), 5, buffer_callback=lambda _buffer: False)
        self.last: Any = None
        self._until = time.monotonic() + SECONDS
        self._count = 0

    def persistent_id(self, obj: Any) -> None:
        self.last = obj
        self._count += 1
        if self._count & 0xFFF == 0 and time.monotonic() > self._until:
            raise _TooLong


def find(value: Any, name: str) -> tuple[str, Any] | None:
    """The part of `value` that stops the pickler, and how the user's code would write it: `self.model.layers[3].callback`.

    None if it is the value itself, or is not found.
    """
    tracer = _Tracer()
    try:
        tracer.dump(value)
        return None
    except _TooLong:
        return None
    except Exception:  # the one that saving has met
        part = tracer.last
    if part is value or part is type(value):
        return None
    try:
        found = _path(value, part)
    except Exception:  # looking for it runs the user's code
        return None
    return None if found is None else (f"self.{name}{found[0]}", found[1])


def _path(value: Any, part: Any) -> tuple[str, Any] | None:
    """The shortest way from `value` to `part`, or to a value of the class `part`; and what is there."""
    until = time.monotonic() + SECONDS
    waiting: deque[tuple[Any, str]] = deque([(value, "")])
    seen = {id(value)}
    kept = [value]  # what is made on the way stays, so that no address is used twice
    while waiting and len(seen) < _PARTS and time.monotonic() < until:
        whole, path = waiting.popleft()
        for step, child in _children(whole):
            if child is part or type(child) is part or _same(child, part):
                return path + step, child
            if id(child) not in seen and not isinstance(child, _PLAIN):
                seen.add(id(child))
                kept.append(child)
                waiting.append((child, path + step))
    return None


def _same(one: Any, other: Any) -> bool:
    """Methods are made anew each time they are looked up, and functions by a `__getstate__`."""
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return one.__code__ is other.__code__
    return isinstance(one, MethodType) and isinstance(other, MethodType) and one == other


def _children(whole: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(whole, dict):
        for key, item in islice(whole.items(), _EACH):
            yield f"[{_key(key)}]", item
            yield f".keys() ({_key(key)})", key
    elif isinstance(whole, (list, tuple, deque)):
        names = getattr(whole, "_fields", None)
        for i, item in enumerate(islice(whole, _EACH)):
            yield (f".{names[i]}" if names else f"[{i}]"), item
    elif isinstance(whole, (set, frozenset)):
        for item in islice(whole, _EACH):
            yield f" (an item of the {type(whole).__name__})", item
    elif not isinstance(whole, (type, ModuleType, FunctionType, BuiltinFunctionType)):
        yield from _inside(whole)
        return
    yield from _attributes(whole)


def _inside(whole: Any) -> Iterator[tuple[str, Any]]:
    """Parts of an object: its attributes, or what pickle would be given instead of it."""
    libraries = {str(cls.__module__).partition(".")[0] for cls in type(whole).__mro__}
    if "pandas" in libraries and hasattr(whole, "columns"):
        for name in islice(whole.columns, 100):
            column = whole[name]
            if str(getattr(column, "dtype", "")) == "object":
                for i, item in enumerate(islice(column, _EACH)):
                    yield f"[{_key(name)}].iloc[{i}]", item
        return
    if "numpy" in libraries and str(getattr(whole, "dtype", "")) == "object":
        for i, item in enumerate(islice(whole.flat, _EACH)):
            yield (f"[{i}]" if whole.ndim == 1 else f".flat[{i}]"), item
    found = False
    for step, item in _attributes(whole):
        found = True
        yield step, item
    if isinstance(whole, MethodType):
        yield ".__self__", whole.__self__
    elif not libraries & _CLOSED:
        yield from _reduced(whole, found)


def _attributes(whole: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(whole, (type, ModuleType, FunctionType, BuiltinFunctionType)):
        return
    for name, item in list(getattr(whole, "__dict__", {}).items())[:_EACH]:
        yield f".{name}", item
    for cls in type(whole).__mro__:
        slots = cls.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(whole, name):
                yield f".{name}", getattr(whole, name)


def _reduced(whole: Any, known: bool) -> Iterator[tuple[str, Any]]:
    """What the object's class gives pickle for it. Its state is told by name where it has names."""
    try:
        made = whole.__reduce_ex__(5)
    except Exception:  # it is what cannot be pickled
        return
    if not isinstance(made, tuple):
        return
    function, arguments, state, items, entries = (*made, None, None, None)[:5]
    for one in state if isinstance(state, tuple) and len(state) == 2 else (state,):
        if isinstance(one, dict):
            yield from ((f".{name}", item) for name, item in one.items())
        elif one is not None and not known:
            yield " (its state)", one
    yield from ((f"[{i}]", item) for i, item in enumerate(islice(items or (), _EACH)))
    yield from ((f"[{_key(key)}]", item) for key, item in islice(entries or (), _EACH))
    for i, item in enumerate(arguments or ()):
        yield f" (argument {i} of `{getattr(function, '__name__', function)}`)", item


def _key(key: Any) -> str:
    text = repr(key) if isinstance(key, (str, int, float, bool, tuple, type(None))) else f"<{type(key).__name__}>"
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def describe(part: Any) -> str:
    """What it is: `a lambda`, `the function `f` of `start``, `a value of type `_thread.lock``."""
    from .pickling import type_name

    if isinstance(part, FunctionType):
        outer, _, name = part.__qualname__.rpartition(".<locals>.")
        where = f" ({os.path.basename(part.__code__.co_filename)}:{part.__code__.co_firstlineno})"
        if part.__name__ == "<lambda>":
            return f"a lambda{where}"
        return f"the function `{name}`{f' inside of `{outer}`' if outer else ''}{where}"
    if isinstance(part, MethodType):
        return f"the method `{part.__func__.__qualname__}`"
    if isinstance(part, ModuleType):
        return f"the module `{part.__name__}`"
    if isinstance(part, type):
        outer, _, name = part.__qualname__.rpartition(".<locals>.")
        return f"the class `{name}`{f' inside of `{outer}`' if outer else ''}"
    if "<locals>" in type(part).__qualname__:
        return f"a value of the class `{type(part).__qualname__.rpartition('.')[2]}`"
    return f"a value of type `{type_name(part)}`"


def advice(part: Any) -> str:
    """What to do about it."""
    if isinstance(part, (FunctionType, MethodType)):
        return "define the function with `def` at the top level of a module, or keep its name and look it up"
    if isinstance(part, type) or "<locals>" in type(part).__qualname__:
        return "define the class at the top level of a module"
    if isinstance(part, ModuleType):
        return "import the module in the step that needs it"
    if isinstance(part, GeneratorType):
        return "make a list of what it yields"
    if _is_of_a_process(part):
        return "it belongs to one process: make it in the step that needs it, as a variable without `self`"
    return "save the data it is made of, or delete it before the step ends"


def _is_of_a_process(part: Any) -> bool:
    if isinstance(part, io.IOBase):
        return True
    names = (("_thread", "LockType"), ("_thread", "RLock"), ("threading", "Thread"), ("socket", "socket"))
    names += (("sqlite3", "Connection"), ("sqlite3", "Cursor"), ("subprocess", "Popen"))
    kinds = (getattr(sys.modules.get(module), name, None) for module, name in names)
    return any(isinstance(part, kind) for kind in kinds if isinstance(kind, type))
