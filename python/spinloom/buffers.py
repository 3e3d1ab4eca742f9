"""Bytes of artifacts: from what the native side hands over to a Python object.

Shared by the Client and by task processes. The native side gives a pickle stream and a list of buffers; a buffer that
is a file of its own comes as ``(path, length)`` and is mapped here, privately and copy-on-write, so that user code may
change it without anybody else seeing the change.
"""

from __future__ import annotations

import errno
import gc
import io
import mmap
import os
import pickle

from . import _native

# Bytes of a pickle stream from which on the collector is in the way, and from which on small pages are.
SMALL = 64 << 10
LARGE = 8 << 20

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    # A buffer as the native side hands it over: bytes, or the path and length of a file that holds nothing else.
    RawBuffer = bytes | bytearray | memoryview | tuple[str, int]
    # A pickle stream; a long one is a view of the native side's memory.
    Stream = bytes | memoryview


def map_private(path: str, length: int) -> mmap.mmap | bytearray:
    """Maps ``length`` bytes of the file at ``path``: writable, but never written back."""
    if length == 0:
        return bytearray()
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if not _has_data(fd):
            # Zeros that nobody wrote: the kernel has a page of them for everybody, and need not make a gigabyte of its own.
            return mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        return mmap.mmap(fd, length, access=mmap.ACCESS_COPY)
    finally:
        os.close(fd)


def _has_data(fd: int) -> bool:
    """Whether a file is anything but one hole. A file system that does not know says yes."""
    try:
        os.lseek(fd, 0, os.SEEK_DATA)
    except OSError as error:
        return error.errno != errno.ENXIO
    return True


def writable(buffers: Iterable[RawBuffer]) -> list[Any]:
    """Turns raw buffers into private, writable ones; files are mapped, never read here."""
    ready: list[Any] = []
    for raw in buffers:
        if isinstance(raw, tuple):
            ready.append(map_private(*raw))
        elif isinstance(raw, bytes):
            ready.append(bytearray(raw))
        else:
            ready.append(raw)
    return ready


def unpickle(
    stream: Stream, buffers: Iterable[RawBuffer], unpickler: Callable[..., pickle.Unpickler] | None = None
) -> Any:
    """Loads one object from its pickle stream and its out-of-band buffers."""
    with _many_objects(len(stream)):
        if unpickler is None:
            return pickle.loads(stream, buffers=writable(buffers))
        return unpickler(io.BytesIO(stream), buffers=writable(buffers)).load()


def unpickle_stream(stream: Stream) -> Any:
    """Loads one object that has no buffers."""
    if len(stream) < SMALL:
        return pickle.loads(stream)
    with _many_objects(len(stream)):
        return pickle.loads(stream)


class _many_objects:
    """While as many objects are made as a pickle stream of ``length`` bytes has.

    The garbage collector rests: unpickling only makes objects, and looking through them on the way can cost more than
    the loading itself. Very many objects get huge pages, or half the time goes into asking for small ones.
    """

    def __init__(self, length: int) -> None:
        self._large = length >= LARGE

    def __enter__(self) -> None:
        self._collecting = gc.isenabled()
        gc.disable()
        if self._large:
            _native.huge_pages(True)

    def __exit__(self, *_error: object) -> None:
        if self._large:
            _native.huge_pages(False)
        if self._collecting:
            gc.enable()
