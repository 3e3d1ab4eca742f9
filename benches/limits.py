"""What this machine can do at best with a gibibyte and with many objects: prints seconds of each, as JSON.

Run with the interpreter of `.venv-bench`; the folder to write in is the argument.
"""

import gc
import json
import os
import pickle
import sys
import time
from functools import partial
from pathlib import Path

os.environ["BENCH_KIND"] = os.environ["BENCH_NOTES"] = ""
sys.path.insert(0, str(Path(__file__).parent / "flows"))


def best(what, times=3):
    """Median seconds of calling it."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        took.append(time.perf_counter() - began)
    return sorted(took)[len(took) // 2]


def bytes_of_memory(folder):
    """Copying, writing to the page cache and hashing a gibibyte."""
    import blake3
    import numpy

    array = numpy.random.default_rng(7).random(1 << 27)
    memory = memoryview(array).cast("B")
    there = numpy.empty_like(array)
    file = f"{folder}/plain"

    def write():
        with open(file, "wb", buffering=0) as out:
            at = 0
            while at < len(memory):
                at += out.write(memory[at : at + (8 << 20)])
        os.unlink(file)

    return {
        "copy": best(lambda: numpy.copyto(there, array)),
        "write": best(write),
        "hash": best(lambda: blake3.blake3(memory).digest()),
    }


def objects(kind):
    """Pickling and unpickling alone."""
    from hand_over import make

    value = make(kind)
    stream = pickle.dumps(value, 5)
    pickled = best(partial(pickle.dumps, value, 5))
    del value
    gc.disable()
    unpickled = best(lambda: pickle.loads(stream))
    gc.enable()
    return {f"{kind} pickled": pickled, f"{kind} unpickled": unpickled}


if __name__ == "__main__":
    print(json.dumps({**bytes_of_memory(sys.argv[1]), **objects("dicts"), **objects("frame_object")}))
