"""NumPy's arrays and numbers."""

from __future__ import annotations

import sys
from math import gcd, prod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .making import Maker, Preview

FULLY = 1_000_000
"""Numbers looked at one by one; of a larger array a sample is."""
_SAMPLE = 100_000
_CORNER = 8
_BINS = 10
_HISTOGRAM = 100_000


def show(maker: Maker, value: Any, depth: int) -> Preview | None:
    """An array, or one number."""
    np = sys.modules["numpy"]
    if isinstance(value, np.generic):
        return _number(maker, value, depth)
    return show_array(maker, value, depth, value) if isinstance(value, np.ndarray) else None


def _number(maker: Maker, value: Any, depth: int) -> Preview:
    cell = maker.cell(value)
    return {**maker.begin("scalar", value, depth), "text" if isinstance(cell, str) else "value": cell}


def show_array(maker: Maker, value: Any, depth: int, array: Any, **more: Any) -> Preview:
    """The array `array`, which `value` is or stands for."""
    preview = maker.begin(
        "array", value, depth, shape=[int(size) for size in array.shape], dtype=maker.text(str(array.dtype)), **more
    )
    if depth:
        return preview
    preview["bytes"] = int(array.nbytes)
    preview["head"] = _cells(maker, _corner(array))
    flat, sampled = sample(array)
    if sampled:
        preview["sampled"] = int(flat.size)
    np = sys.modules["numpy"]
    with np.errstate(all="ignore"):
        preview.update(statistics(maker, flat))
    return preview


def _corner(array: Any) -> Any:
    """At most `_CORNER` of the last two dimensions, the first of all others."""
    while array.ndim > 2:
        if not array.shape[0]:
            break
        array = array[0]
    return array[tuple(slice(_CORNER) for _ in array.shape)]


def _cells(maker: Maker, array: Any) -> Any:
    if not array.ndim:
        return maker.cell(array[()])
    return [_cells(maker, part) if getattr(part, "ndim", 0) else maker.cell(part) for part in array]


def sample(array: Any) -> tuple[Any, bool]:
    """Elements of an array, evenly spread, in one dimension; and whether they are not all of them."""
    if array.size <= FULLY:
        return array.reshape(-1, order="A") if array.flags.forc else array.reshape(-1), False
    if array.flags.forc:
        flat, row = array.reshape(-1, order="A"), array.shape[-1 if array.flags.c_contiguous else 0]
        step = -(-array.size // _SAMPLE)
        while gcd(step, row) > 1:  # else it might see one column only
            step += 1
        return flat[::step].copy(), True
    steps, left = [], prod(array.shape) / _SAMPLE
    for size in array.shape:
        step = max(1, min(size, int(left)))
        steps.append(slice(None, None, step))
        left /= step
    return array[tuple(steps)].reshape(-1), True


def statistics(maker: Maker, flat: Any) -> Preview:
    """Minimum, maximum, mean, missing values and a histogram, as far as the type has them."""
    kind = flat.dtype.kind
    np = sys.modules["numpy"]
    if kind in "mM":
        missing = np.isnat(flat)
        valid = flat[~missing]
        found: Preview = {"nan": int(missing.sum())}
        if valid.size:
            found.update(min=maker.text(str(valid.min())), max=maker.text(str(valid.max())))
        return found
    if kind not in "biuf" or not flat.size:
        return {}
    found = {}
    valid = flat
    if kind == "f":
        missing = np.isnan(flat)
        found["nan"] = int(missing.sum())
        valid = flat[~missing] if found["nan"] else flat
    if not valid.size:
        return found
    low, high = valid.min(), valid.max()
    found["min"], found["max"] = maker.cell(low), maker.cell(high)
    found["mean"] = maker.number(float(valid.mean(dtype="float64")))
    if kind != "b" and maker.has_time():
        found.update(histogram(valid, float(low), float(high)))
    return found


def histogram(valid: Any, low: float, high: float) -> Preview:
    """How many values lie in each of `_BINS` equal parts of their range."""
    np = sys.modules["numpy"]
    if not (low < high and np.isfinite(high - low)):
        return {}
    few = valid[:: -(-valid.size // _HISTOGRAM)].astype("float64")
    place = ((few - low) * (_BINS / (high - low))).astype("intp")
    counts = np.bincount(np.clip(place, 0, _BINS - 1), minlength=_BINS)
    return {"histogram": {"from": float(f"{low:.6g}"), "to": float(f"{high:.6g}"), "counts": counts.tolist()}}
