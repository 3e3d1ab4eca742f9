"""Values to bytes and back: pickle protocol 5, big buffers beside the stream."""

from __future__ import annotations

import json
import pickle

from .. import texts
from ..buffers import unpickle, unpickle_stream
from ..encoding import decode
from ..exceptions import MetaflowException, UnpicklableArtifactException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..buffers import Stream

# Smaller buffers stay in the stream: a chunk of their own costs more than copying them.
OUT_OF_BAND = 64 * 1024

ATOMS = frozenset([type(None), bool, int, float, complex, str, bytes])
SIZED = frozenset([str, bytes])


def _aside() -> tuple[list[memoryview], Callable[[pickle.PickleBuffer], bool]]:
    """A list for the big buffers of one value, and what has a pickler put them there."""
    buffers: list[memoryview] = []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < OUT_OF_BAND:
            return True
        buffers.append(raw)
        return False

    return buffers, keep


def dump(value: Any) -> tuple[bytes, list[memoryview]]:
    """The pickle stream of `value`, and its big buffers as plain bytes."""
    if type(value) in ATOMS:
        return pickle.dumps(value, 5), []
    buffers, keep = _aside()
    return pickle.dumps(value, 5, buffer_callback=keep), buffers


def pour(ctx: Any, value: Any) -> tuple[Any, list[memoryview]]:
    """The same for what may be large: the stream goes to the store while it is made, and never is in memory as a whole."""
    if type(value) in ATOMS and (type(value) not in SIZED or len(value) < OUT_OF_BAND):
        return pickle.dumps(value, 5), []
    stream = ctx.spool()
    buffers, keep = _aside()
    texts.pickler(stream, keep).dump(value)
    return stream, buffers


def load(stream: Stream, buffers: list[Any], told: str | None = None) -> Any:
    """The value of a pickle stream and its buffers.

    `told` is of what a serializer made, see `TaskContext.load`.
    """
    if told is not None:
        return decode(stream, buffers, json.loads(told))
    return unpickle(stream, buffers) if buffers else unpickle_stream(stream)


def type_name(value: Any) -> str:
    """The type of a value, as shown to people."""
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def unpicklable(
    name: str, step: str, value: Any, error: BaseException, file: str | None, line: int | None
) -> MetaflowException:
    """The error for an artifact that cannot be saved; it says which part of the value is at fault."""
    from . import culprit

    what = f"artifact `{name}` of step `{step}` cannot be saved"
    if isinstance(error, MetaflowException) and error.hints:  # a flow, an input of a join, or what a serializer did
        serializer = isinstance(error, UnpicklableArtifactException)
        why = str(error) if serializer else f"{culprit.describe(value)} cannot be pickled: {error}"
        return UnpicklableArtifactException(f"{what}: {why}", line, file, error.hints)
    found = culprit.find(value, name)
    if found is None:
        why, part = f"{culprit.describe(value)} cannot be pickled", value
    else:
        path, part = found
        why = f"`{path}` is {culprit.describe(part)}, which cannot be pickled"
    return UnpicklableArtifactException(f"{what}: {why}: {error}", line, file, [culprit.advice(part)])
