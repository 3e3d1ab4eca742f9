"""Puts and gets objects with the `S3` of whichever product runs this, and prints the seconds of both as JSON.

Usage: python s3_client.py ROOT small N | ROOT large FILE…
"""

from __future__ import annotations

import json
import os
import sys
import time

from metaflow import S3


def main() -> None:
    """One round below a root of its own; imports are not counted."""
    root, kind, *rest = sys.argv[1:]
    with S3(s3root=root) as s3:
        began = time.perf_counter()
        if kind == "small":
            values = [(f"{number:05}", os.urandom(1024)) for number in range(int(rest[0]))]
            began = time.perf_counter()
            s3.put_many(values)
            keys = [key for key, _ in values]
        else:
            keys = [os.path.basename(path) for path in rest]
            s3.put_files(list(zip(keys, rest, strict=True)))
        put = time.perf_counter() - began
        began = time.perf_counter()
        found = s3.get_many(keys)
        get = time.perf_counter() - began
        if kind == "small":
            assert [one.blob for one in found] == [value for _, value in values]
        else:
            assert [one.size for one in found] == [os.path.getsize(path) for path in rest]
    print(json.dumps({"put": put, "get": get}))


if __name__ == "__main__":
    main()
