"""Rows of the table about artifacts: what `artifacts.py` measured of both products, and the machine's limits beside it."""

from __future__ import annotations

from artifacts import GIB, HandOver, appended, best, hand_over, limits, through_ten_steps

# What, how often each product is measured, and what is wanted: of saving, of loading.
KINDS = {
    "random": ("1 GiB of random numbers", 5, 1, "20×", "50×"),
    "zeros": ("1 GiB of zeros", 3, 3, "5×", ""),
    "frame_arrow": ("5 million rows, Arrow strings", 3, 3, "15×", "40×"),
    "frame_object": ("5 million rows, Python strings", 3, 3, "2×", "1.5×"),
    "dicts": ("2 million small dictionaries", 3, 3, "1.3×", "1.2×"),
}
ALWAYS = {"SPINLOOM_COMPRESS": "always"}

Row = tuple[str, str, str, float | None, str]


def handing_over(ours: str, theirs: str) -> list[Row]:
    """All rows: what, ours, theirs, how many times as fast, what is wanted."""
    rows: list[Row] = []
    floor = limits(ours)
    for kind, (what, our_times, their_times, save, load) in KINDS.items():
        mine, other = alternating(kind, (ours, our_times), (theirs, their_times))
        rows.append((f"{what}: save", seconds(mine.save), seconds(other.save), other.save / mine.save, save))
        rows.append(("— load, all of it read", seconds(mine.load), seconds(other.load), other.load / mine.load, load))
        rows += beside(kind, mine, floor)
        rows.append(("— on disk", size(mine.disk), size(other.disk), None, ""))
        if kind != "zeros":
            packed = hand_over(ours, kind, **ALWAYS)
            rows.append(
                ("— on disk, `compress = always`", size(packed.disk), size(other.disk), None, "at most Metaflow's")
            )
    rows += carried(ours, theirs)
    first, more = appended(ours)
    rows.append(
        ("Arrow table with 1 % more rows, sent to an object store", f"{more / first:.1%}", "", None, "at most 5 %")
    )
    return rows


def alternating(kind: str, *products: tuple[str, int]) -> list[HandOver]:
    """The best figures of products, each measured so many times, in turn."""
    seen: list[list[HandOver]] = [[] for _ in products]
    for number in range(max(times for _, times in products)):
        for rounds, (python, times) in zip(seen, products, strict=True):
            if number < times:
                rounds.append(hand_over(python, kind))
    return [best(rounds) for rounds in seen]


def beside(kind: str, mine: HandOver, floor: dict[str, float]) -> list[Row]:
    """How near a kind is to what the machine can do."""
    if kind == "random":
        return [
            ("— open, nothing read", seconds(mine.opened), "", None, "under 20 ms"),
            (
                "— save against a plain `write` of the bytes",
                f"{mine.written / mine.save:.0%}",
                "",
                None,
                "at least 60 %",
            ),
            ("— memory beyond the array, while it is saved", size(mine.memory), "", None, "at most 256 MiB"),
            (
                "— the machine: copy, `write`, BLAKE3",
                " · ".join(rate(floor[w]) for w in ("copy", "write", "hash")),
                "",
                None,
                "",
            ),
        ]
    if kind in ("frame_object", "dicts"):
        bare = " · ".join(seconds(floor[f"{kind} {what}"]) for what in ("pickled", "unpickled"))
        return [
            ("— memory beyond the value, while it is saved", size(mine.memory), "", None, "at most 256 MiB"),
            ("— the floor: pickling alone, unpickling alone", bare, "", None, ""),
        ]
    return []


def carried(ours: str, theirs: str) -> list[Row]:
    """An array through ten steps, above what such a step costs with next to none."""
    rows: list[Row] = []
    for read, what in ((False, "not read"), (True, "read")):
        mine = through_ten_steps(ours, 1 << 27, read, 3) - through_ten_steps(ours, 8, read, 3)
        # An eighth for Metaflow, which takes minutes otherwise, counted eightfold.
        other = 8 * (through_ten_steps(theirs, 1 << 24, read, 1) - through_ten_steps(theirs, 8, read, 1))
        ratio = other / max(mine, 1e-3) if read else None  # what is not read costs neither of them anything
        rows.append(
            (
                f"1 GiB through ten steps, {what}: a step",
                seconds(max(mine, 0.0)),
                seconds(max(other, 0.0)),
                ratio,
                "at most 5 ms",
            )
        )
    return rows


def seconds(took: float) -> str:
    """Seconds, as people write them."""
    return f"{took * 1000:.1f} ms" if took < 0.1 else f"{took:.2f} s"


def size(count: float) -> str:
    """Bytes, as people write them."""
    return f"{max(count, 0) / (1 << 20):.1f} MiB"


def rate(took: float) -> str:
    """Bytes a second of what took this long for a gibibyte."""
    return f"{GIB / took / 1e9:.1f} GB/s"
