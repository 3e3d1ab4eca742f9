"""Arrays of Python strings in pickles: their text in one piece, where pickle would write string after string.

Pickles of artifacts name `restore`, so it stays where it is.
"""

from __future__ import annotations

import copyreg
import pickle
import sys

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import numpy

MANY = 50_000
"""Arrays of fewer objects are pickled as ever: they take a few milliseconds."""


def pickler(file: Any, keep: Callable[[pickle.PickleBuffer], bool]) -> pickle.Pickler:
    """A pickler that puts big buffers aside, and packs arrays of strings if there can be some."""
    made = pickle.Pickler(file, 5, buffer_callback=keep)
    if (numpy := sys.modules.get("numpy")) is not None:
        made.dispatch_table = {**copyreg.dispatch_table, numpy.ndarray: _reduced}
    return made


def _reduced(array: numpy.ndarray) -> Any:
    flags = array.flags
    if array.dtype.kind == "O" and array.size >= MANY and flags.forc:
        known = _known()
        packed = _native.pack_texts(array, known)
        if packed is not None:
            lengths, codes, pieces = packed
            aside = (pickle.PickleBuffer(lengths), None if codes is None else pickle.PickleBuffer(codes))
            return restore, (array.shape, flags.fnc, known, *aside, pieces)
    return array.__reduce_ex__(5)


def _known() -> list[Any]:
    """What may stand where a string is missing."""
    known = [None, sys.modules["numpy"].nan]
    if (pandas := sys.modules.get("pandas")) is not None:
        known += [pandas.NA, pandas.NaT]
    return known


def restore(
    shape: tuple[int, ...], fortran: bool, known: list[Any], lengths: Any, codes: Any | None, pieces: list[bytes]
) -> numpy.ndarray:
    """The array that was packed."""
    import numpy

    array = numpy.empty(shape, dtype=object, order="F" if fortran else "C")
    _native.unpack_texts(array, known, lengths, codes, pieces)
    return array
