import json
import os
import resource
import time

import numpy
import pandas
from metaflow import FlowSpec, step

KIND = os.environ["BENCH_KIND"]
NOTES = os.environ["BENCH_NOTES"]
ROWS = 5_000_000


def frame(dtype, rows=ROWS):
    numbers = numpy.random.default_rng(7)
    names = numpy.array([f"name-{i:07d}" for i in range(100_000)], dtype=object)
    return pandas.DataFrame(
        {
            "key": numbers.integers(0, 1000, rows),
            "value": numbers.random(rows),
            "city": pandas.Series(numbers.choice(["Oslo", "Lima", "Kyoto"], rows), dtype=dtype),
            "name": pandas.Series(names[numbers.integers(0, len(names), rows)], dtype=dtype),
        }
    )


def make(kind):
    if kind == "random":
        return numpy.random.default_rng(7).random(1 << 27)  # 1 GiB
    if kind == "zeros":
        return numpy.zeros(1 << 27)
    if kind == "frame_arrow":
        return frame("str")
    if kind == "frame_appended":
        return pandas.concat([frame("str"), frame("str", ROWS // 100)], ignore_index=True)
    if kind == "frame_object":
        return frame(object)
    return [{"id": i, "score": i * 0.5, "name": f"name-{i % 1000}"} for i in range(2_000_000)]


def read(value):
    """Looks at every page, or at every object."""
    if isinstance(value, numpy.ndarray):
        return float(value[::512].sum())
    if isinstance(value, pandas.DataFrame):
        return float(value["value"].sum())
    return sum(1 for _ in value)


def plain_write(value):
    """Seconds of writing a gibibyte, the value's own if it has one, the second time.

    The first time memory for the page cache comes from the hypervisor, at up to seconds a gibibyte. What is saved
    after this finds the same memory as the second time found.
    """
    block = memoryview(value).cast("B") if isinstance(value, numpy.ndarray) else memoryview(bytes(8 << 20))
    for _ in range(2):
        began = time.perf_counter()
        with open("plain", "wb", buffering=0) as out:
            for at in range(0, 1 << 30, 8 << 20):
                out.write(block[at % len(block) :][: 8 << 20])
        took = time.perf_counter() - began
        os.unlink("plain")
    return took


def note(**what):
    with open(NOTES, "a") as file:
        file.write(json.dumps({**what, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10}) + "\n")


class HandOver(FlowSpec):
    """Makes a value, hands it to the next step (or does not), which reads it."""

    @step
    def start(self):
        value = make(KIND)
        read(value)
        note(what="made", written=plain_write(value))
        if os.environ.get("BENCH_SAVE") == "1":
            self.value = value
        self.left = time.time()
        self.next(self.end)

    @step
    def end(self):
        note(what="handed", seconds=time.time() - self.left)
        if os.environ.get("BENCH_SAVE") == "1":
            began = time.perf_counter()
            value = self.value
            opened = time.perf_counter() - began
            read(value)
            note(what="loaded", opened=opened, seconds=time.perf_counter() - began)


if __name__ == "__main__":
    HandOver()
