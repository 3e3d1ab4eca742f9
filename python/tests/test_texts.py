"""Arrays of Python strings come back as they were, however they are packed (AR-02)."""

from __future__ import annotations

import io
import math
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from spinloom import _native, texts
from spinloom.worker.pickling import OUT_OF_BAND

COUNT = texts.MANY


def pickled(value: Any) -> tuple[bytes, list[Any]]:
    file, buffers = io.BytesIO(), []

    def keep(buffer: pickle.PickleBuffer) -> bool:
        if (raw := buffer.raw()).nbytes < OUT_OF_BAND:
            return True
        buffers.append(raw)
        return False

    texts.pickler(file, keep).dump(value)
    return file.getvalue(), buffers


def through(value: Any) -> Any:
    stream, buffers = pickled(value)
    return pickle.loads(stream, buffers=buffers)


def array(*values: object) -> np.ndarray:
    """An array of objects long enough to be packed, of these again and again."""
    made = np.empty(COUNT, dtype=object)
    made[:] = [values[index % len(values)] for index in range(COUNT)]
    return made


def strings() -> np.ndarray:
    made = np.empty(COUNT, dtype=object)
    made[:] = [f"stop {index} π" for index in range(COUNT)]
    return made


def is_packed(value: Any) -> bool:
    return b"spinloom.texts" in pickled(value)[0]


def test_strings_are_packed_and_come_back() -> None:
    value = strings()
    assert is_packed(value)
    assert through(value).tolist() == value.tolist()
    assert set(map(type, through(value))) == {str}


def test_a_string_that_stands_twice_is_one_object_afterwards() -> None:
    value = array("".join(["no", "rth"]), "".join(["so", "uth"]))
    back = through(value)
    assert back.tolist() == value.tolist()
    assert len({id(one) for one in back}) == 2


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT])
def test_what_is_missing_stays_what_it_is(missing: object) -> None:
    back = through(array("a", missing, ""))
    assert is_packed(array("a", missing))
    assert back[1] is missing
    assert back[[0, 2, 3]].tolist() == ["a", "", "a"]


def test_not_a_number_stays_one() -> None:
    assert math.isnan(through(array("a", np.nan))[1])


@pytest.mark.parametrize("order", ["C", "F"])
def test_shape_and_order_stay(order: Any) -> None:
    value = np.array(strings().reshape(2, -1), order=order)
    back = through(value)
    assert (back == value).all()
    assert back.flags.c_contiguous == value.flags.c_contiguous


def test_what_came_back_can_be_changed() -> None:
    back = through(strings())
    back[0] = "other"
    assert back[0] == "other"


class Word(str):
    """Not just a string."""


@pytest.mark.parametrize(
    "other", [1, b"bytes", Word("word"), "half a pair \ud800", ("tuple",)], ids=lambda one: type(one).__name__
)
def test_anything_else_is_pickled_as_ever(other: object) -> None:
    value = array("a", other)
    assert not is_packed(value)
    back = through(value)
    assert back.tolist() == value.tolist()
    assert type(back[1]) is type(other)


def test_arrays_that_are_short_or_cut_are_pickled_as_ever() -> None:
    for value in (strings()[:-1], np.repeat(strings(), 2)[::2]):
        assert not is_packed(value)
        assert (through(value) == value).all()


def test_frames_come_back() -> None:
    frame = pd.DataFrame({"a": strings(), "n": range(COUNT), "b": array("x", None, "y")})
    pd.testing.assert_frame_equal(through(frame), frame)


def test_pieces_are_cut_between_strings() -> None:
    value = np.array([f"{index:0200}" for index in range(COUNT)], dtype=object)
    assert through(value).tolist() == value.tolist()


@pytest.mark.parametrize(
    ("lengths", "codes", "pieces"),
    [
        ([1, 1], None, [b"a"]),
        ([1], None, [b"ab"]),
        ([1, 1], [0], [b"ab"]),
        ([1, 1], [0, 9], [b"ab"]),
        ([2, 1], None, [b"a", b"bc"]),
    ],
)
def test_pieces_that_do_not_fit_are_refused(lengths: list[int], codes: list[int] | None, pieces: list[bytes]) -> None:
    def written(numbers: list[int]) -> bytes:
        return bytes([1, *numbers])  # a byte for each

    told = None if codes is None else written(codes)
    with pytest.raises(ValueError, match="do not fit together"):
        _native.unpack_texts(np.empty(2, dtype=object), [], written(lengths), told, pieces)


@pytest.mark.parametrize("numbers", [b"", b"\x05\x01\x01", b"\x02\x01\x01\x00", b"\x00"])
def test_numbers_of_no_width_are_refused(numbers: bytes) -> None:
    with pytest.raises(ValueError, match="do not fit together"):
        _native.unpack_texts(np.empty(2, dtype=object), [], numbers, None, [b"ab"])


@pytest.mark.parametrize("kinds", [200, 60_000, 70_000])
def test_as_many_bytes_as_the_numbers_need(kinds: int) -> None:
    """A byte, two or three for each place."""
    words = [f"word {number}" for number in range(kinds)]
    value = np.array([words[place % kinds] for place in range(2 * max(kinds, COUNT))], dtype=object)
    assert through(value).tolist() == value.tolist()
