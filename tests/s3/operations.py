"""What `S3` does, asked of whichever product runs this: `python operations.py ROOT` prints JSON, operation → what came of it.

Each operation is called with a client of its own whose root is `ROOT`, unless the table says otherwise; objects of
`seed` are there.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any

from metaflow import S3, FlowSpec
from metaflow.plugins.datatools.s3 import S3GetObject, S3PutObject

ROOT = sys.argv[1]
BUCKET = ROOT.rsplit("/", 1)[0]
NOWHERE = "s3://no-such-bucket/x"
NOTED = {"Some Key": "v", "ü": ["list", 1], "n": 3}


class Run:
    """As much of a Client's run as a client of S3 looks at."""

    id, pathspec = "7", "SomeFlow/7"
    parent = type("Flow", (), {"id": "SomeFlow"})()


class SomeFlow(FlowSpec):
    """A flow that does not run."""


def seed() -> None:
    """Puts what the operations look at."""
    texts = {"a/0.txt": "zero", "a/b/1.txt": "one", "a/c/2.txt": "two", "a/d/e/3.txt": "three", "f/4.txt": "four"}
    with S3(s3root=ROOT) as s3:
        s3.put_many(
            [*texts.items(), ("ab", "sibling"), ("empty", ""), ("binary", b"\xff\xfe"), ("sp ace/ü+%25", "odd")]
        )
        s3.put_many([S3PutObject("noted", "m", content_type="text/x-m", metadata=NOTED)])
    for name, text in (("1.txt", "one"), ("2.txt", "two"), ("ten", "0123456789")):
        with open(name, "w") as file:
            file.write(text)
    os.makedirs("folder", exist_ok=True)


def put_opened(s3: S3) -> Any:
    with open("ten", "rb") as file:
        file.read(4)
        return s3.put("p/opened", file), s3.get("p/opened").text


def in_tmproot(s3: S3) -> Any:
    os.makedirs("here", exist_ok=True)
    with S3(tmproot="here", s3root=ROOT) as other:
        path = other.get("ab").path
        inside = os.path.relpath(path, "here").split(os.sep)
        seen = len(os.listdir("here")), len(inside), os.path.isabs(path)
    return *seen, os.path.exists(path), os.listdir("here")


def after_close(s3: S3) -> Any:
    found = s3.get("ab")
    s3.close()
    gone = not os.path.exists(found.path), found.size, attempt(lambda: found.blob)
    return *gone, s3.get("ab").text, s3.put("p/late", "x"), s3.close()


def texts(found: list[Any]) -> Any:
    return [(one.key, one.text) for one in found]


def ranged(key: str, offset: int | None, length: int | None) -> Callable[[S3], Any]:
    wanted = S3GetObject(key, offset, length)
    return lambda s3: [attempt(lambda: s3.get(wanted)), attempt(lambda: s3.get_many([wanted]))]


#: Name → what is done, and what the client is made of if not of the root.
OPERATIONS: dict[str, Callable[[S3], Any] | tuple[Callable[[S3], Any], dict[str, Any]]] = {
    "put text": lambda s3: (s3.put("p/s", "ü"), s3.get("p/s")),
    "put bytes": lambda s3: (s3.put("p/b", b"\x00\xff"), s3.get("p/b")),
    "put a file in memory": lambda s3: (s3.put("p/f", io.BytesIO(b"file")), s3.get("p/f").text),
    "put an open file that was read from": put_opened,
    "put a file of text": lambda s3: s3.put("p/x", io.StringIO("x")),
    "put a number": lambda s3: s3.put("p/x", 3),
    "put None": lambda s3: s3.put("p/x", None),
    "put a bytearray": lambda s3: s3.put("p/x", bytearray(b"x")),
    "put an S3PutObject as a value": lambda s3: s3.put("p/x", S3PutObject("q", "v")),
    "put under an S3PutObject": lambda s3: s3.put(S3PutObject("p/po", "v"), "w"),
    "put under the root": (lambda s3: (s3.put("", "x"), s3.put(None, "y"), s3.get().text), {"s3root": ROOT + "/own"}),
    "put under a key that begins with /": lambda s3: (s3.put("/p/lead", "x"), s3.get("/p/lead").url),
    "put under a key that ends with /": lambda s3: s3.put("p/end/", "x"),
    "put without overwriting": lambda s3: (
        s3.put("p/o", "1"),
        s3.put("p/o", "2", overwrite=False),
        s3.get("p/o").text,
        s3.put("p/o2", "3", overwrite=False),
        s3.get("p/o2").text,
    ),
    "put with a type and notes": lambda s3: (
        s3.put("p/m", "1", content_type="a/b", metadata={"A": "B", "c": 1, "d": None, "e": {"x": 1.5}}),
        s3.get("p/m"),
        s3.info("p/m"),
    ),
    "put with notes only": lambda s3: (s3.put("p/n", "1", metadata={"q": "r"}), s3.info("p/n").metadata),
    "put with no notes": lambda s3: (s3.put("p/n0", "1", metadata={}), s3.info("p/n0").metadata),
    "put with notes that are no JSON": lambda s3: s3.put("p/x", "1", metadata={"q": object()}),
    "put a full URL below a root": lambda s3: s3.put(ROOT + "/p/u", "x"),
    "put a full URL": (lambda s3: (s3.put(ROOT + "/p/u", "x"), s3.get(ROOT + "/p/u")), {}),
    "put a key without a root": (lambda s3: s3.put("p/u", "x"), {}),
    "put a bucket": (lambda s3: s3.put("s3://bucket", "x"), {}),
    "put another scheme": (lambda s3: s3.put("http://a/b", "x"), {}),
    "put into no bucket": (lambda s3: s3.put(NOWHERE, "x"), {}),
    "put many": lambda s3: (
        s3.put_many([("pm/1", "a"), S3PutObject("pm/2", b"b", content_type="t/p"), ("pm/3", io.BytesIO(b"c"))]),
        s3.get_many(["pm/1", "pm/2", "pm/3"]),
    ),
    "put many without overwriting": lambda s3: (
        s3.put("pn/1", "a"),
        s3.put_many([("pn/1", "b"), ("pn/2", "c")], overwrite=False),
        texts(s3.get_many(["pn/1", "pn/2"])),
        s3.put_many([("pn/1", "d")], overwrite=False),
    ),
    "put none": lambda s3: s3.put_many([]),
    "put many of a generator": lambda s3: s3.put_many((f"g/{i}", str(i)) for i in range(3)),
    "put many, one of them twice": lambda s3: s3.put_many([("tw", "a"), ("tw", "a")]),
    "put many, one of them a number": lambda s3: s3.put_many([("bv/1", "a"), ("bv/2", 5)]),
    "put many into no bucket": (lambda s3: s3.put_many([(NOWHERE, "x")]), {}),
    "put files": lambda s3: (
        s3.put_files([("pf/1", "1.txt"), S3PutObject("pf/2", path="2.txt", content_type="t/q", metadata={"z": "y"})]),
        s3.get_many(["pf/1", "pf/2"]),
        s3.put_files([("pf/1", "2.txt"), ("pf/new", "2.txt")], overwrite=False),
        s3.get("pf/1").text,
    ),
    "put a file that is not there": lambda s3: s3.put_files([("pf/x", "nothere.txt")]),
    "put a folder": lambda s3: s3.put_files([("pf/x", "folder")]),
    "put files without a path": lambda s3: s3.put_files([S3PutObject("pf/x", value="x")]),
    "get": lambda s3: s3.get("a/0.txt"),
    "get with notes": lambda s3: (s3.get("noted"), s3.get_many(["noted"]), s3.info("noted"), s3.info_many(["noted"])),
    "get without info": lambda s3: (s3.get("noted", return_info=False), s3.get_many(["noted"], return_info=False)),
    "get the root": (
        lambda s3: (s3.get(), s3.get(""), s3.info(), s3.get_all(), s3.list_paths(), s3.list_recursive()),
        {"s3root": ROOT + "/a/0.txt"},
    ),
    "get nothing without a root": (lambda s3: s3.get(), {}),
    "get what is not there": lambda s3: s3.get("nope"),
    "get many, one of them not there": lambda s3: s3.get_many(["a/0.txt", "nope"]),
    "get what is not there as such": lambda s3: (
        s3.get("nope", return_missing=True),
        s3.get_many(["nope", "ab"], return_missing=True),
        s3.info("nope", return_missing=True),
        s3.info_many(["nope", "ab"], return_missing=True),
        s3.get(S3GetObject("nope", 0, 1), return_missing=True),
    ),
    "info of what is not there": lambda s3: s3.info("nope"),
    "info of many, one of them not there": lambda s3: s3.info_many(["ab", "nope"]),
    "info of a range": lambda s3: s3.info(S3GetObject("ab", 0, 1)),
    "get what is empty": lambda s3: (s3.get("empty"), s3.get_many(["empty"]), s3.info("empty")),
    "get what is not text": lambda s3: s3.get("binary"),
    "get an odd name": lambda s3: (
        s3.get("sp ace/ü+%25"),
        s3.get_many(["sp ace/ü+%25"]),
        s3.list_recursive(["sp ace"]),
    ),
    "get a folder": lambda s3: s3.get("a"),
    "get many, some twice": lambda s3: texts(s3.get_many(["ab", "ab", "a/0.txt", "ab"])),
    "get none": lambda s3: s3.get_many([]),
    "get the letters of a text": lambda s3: s3.get_many("xy"),
    "get many of None": lambda s3: s3.get_many(None),
    "get full URLs": (
        lambda s3: (
            s3.get(ROOT + "/ab"),
            s3.get_many([ROOT + "/ab"]),
            s3.info(ROOT + "/ab"),
            s3.info_many([ROOT + "/ab"]),
        ),
        {},
    ),
    "get a key without a root": (lambda s3: s3.get("ab"), {}),
    "get many keys without a root": (lambda s3: s3.get_many(["ab"]), {}),
    "info of a key without a root": (lambda s3: s3.info("ab"), {}),
    "get a full URL below a root": lambda s3: s3.get(ROOT + "/ab"),
    "get a number": lambda s3: s3.get(3),
    "get bytes": lambda s3: s3.get(b"ab"),
    "get a bucket": (lambda s3: s3.get(BUCKET), {}),
    "get another scheme": (lambda s3: s3.get("s3n" + ROOT[2:] + "/ab"), {}),
    "get from no bucket": (lambda s3: s3.get(NOWHERE), {}),
    "get many from no bucket": (lambda s3: s3.get_many([NOWHERE]), {}),
    "get from no bucket as missing": (lambda s3: s3.get(NOWHERE, return_missing=True), {}),
    "info of no bucket": (lambda s3: s3.info(NOWHERE), {}),
    "list no bucket": (lambda s3: s3.list_paths([NOWHERE]), {}),
    "range at the start": ranged("a/0.txt", 0, 2),
    "range in the middle": ranged("a/0.txt", 1, 2),
    "range that is all": ranged("a/0.txt", 0, 4),
    "range past the end": ranged("a/0.txt", 2, 100),
    "range to the end": ranged("a/0.txt", 1, None),
    "range without numbers": ranged("a/0.txt", None, None),
    "range of the last byte": ranged("a/0.txt", 2, -1),
    "range of the last two bytes": ranged("a/0.txt", 0, -2),
    "range from behind": ranged("a/0.txt", -2, 2),
    "range beyond the end": ranged("a/0.txt", 10, 2),
    "range at the end": ranged("a/0.txt", 4, 1),
    "range of nothing": ranged("a/0.txt", 1, 0),
    "range of what is empty": ranged("empty", 0, 2),
    "range of what is not there": ranged("nope", 0, 2),
    "range of what has notes": ranged("noted", 0, 1),
    "range without info": lambda s3: s3.get(S3GetObject("ab", 1, 2), return_info=False),
    "ranges of one object": lambda s3: texts(
        s3.get_many([S3GetObject("a/0.txt", 0, 1), S3GetObject("a/0.txt", 1, 2), "a/0.txt"])
    ),
    "list a folder": lambda s3: (s3.list_paths(["a"]), s3.list_recursive(["a"])),
    "list a folder with /": lambda s3: (s3.list_paths(["a/"]), s3.list_recursive(["a/"])),
    "list the root": (
        lambda s3: (s3.list_paths(), s3.list_recursive(), s3.list_paths([""]), s3.list_recursive(["b"])),
        {"s3root": ROOT + "/a/"},
    ),
    "list many": lambda s3: (s3.list_paths(["a", "f"]), s3.list_recursive(["f", "a/b", "a"])),
    "list none": lambda s3: (s3.list_paths([]), s3.list_recursive([])),
    "list an object": lambda s3: (s3.list_paths(["a/0.txt"]), s3.list_recursive(["a/0.txt"])),
    "list a part of a name": lambda s3: (s3.list_paths(["a/0"]), s3.list_recursive(["a/0"])),
    "list what is not there": lambda s3: (s3.list_paths(["zzz"]), s3.list_recursive(["zzz"])),
    "list full URLs": (lambda s3: (s3.list_paths([ROOT + "/a"]), s3.list_recursive([ROOT + "/a/"])), {}),
    "list without a root": (lambda s3: s3.list_paths(), {}),
    "list a key without a root": (lambda s3: s3.list_recursive(["a"]), {}),
    "list a full URL below a root": lambda s3: s3.list_paths([ROOT + "/a"]),
    "get what was listed": lambda s3: texts(s3.get_many(["a/" + one.key for one in s3.list_recursive(["a"])])),
    "get recursively": lambda s3: s3.get_recursive(["a/"]),
    "get recursively with info": lambda s3: s3.get_recursive(["a/"], return_info=True),
    "get recursively what begins so": lambda s3: s3.get_recursive(["a"]),
    "get recursively from the middle of a name": lambda s3: s3.get_recursive(["a/b/1"]),
    "get recursively many": lambda s3: texts(s3.get_recursive(["a/", "a/b/", "f/"])),
    "get recursively an object": lambda s3: s3.get_recursive(["a/0.txt"]),
    "get recursively what is not there": lambda s3: (s3.get_recursive(["zzz"]), s3.get_recursive([])),
    "get recursively full URLs": (lambda s3: s3.get_recursive([ROOT + "/a/b"]), {}),
    "get all": (lambda s3: (s3.get_all(), s3.get_all(return_info=True)), {"s3root": ROOT + "/f"}),
    "get all without a root": (lambda s3: s3.get_all(), {}),
    "the root is no URL": (lambda s3: s3.put("x", "x"), {"s3root": "bucket/x"}),
    "the root is a bucket": (lambda s3: s3.get(ROOT.rsplit("/", 1)[1] + "/ab").url, {"s3root": BUCKET + "/"}),
    "the root is empty": (lambda s3: s3.get("ab"), {"s3root": ""}),
    "a run": (lambda s3: (s3.put("x", "1"), s3.get("x")), {"run": Run()}),
    "a run and a root": (lambda s3: s3.put("x", "1"), {"run": Run(), "s3root": ROOT}),
    "a run in another bucket": (lambda s3: s3.put("x", "1"), {"run": Run(), "bucket": "other"}),
    "a run below another prefix": (lambda s3: s3.put("x", "1"), {"run": Run(), "prefix": "pre/fix/"}),
    "a run elsewhere": (lambda s3: s3.put("x", "1"), {"run": Run(), "bucket": "other", "prefix": "pre"}),
    "a flow that does not run": (lambda s3: s3.put("x", "1"), {"run": SomeFlow(use_cli=False)}),
    "a run that is none": (lambda s3: s3.put("x", "1"), {"run": object()}),
    "a bucket without a run": (lambda s3: s3.put("x", "1"), {"bucket": "b", "prefix": "p"}),
    "an argument nobody knows": (lambda s3: s3.get("ab").text, {"s3root": ROOT, "nonsense": 1}),
    "no folder for temporary files": (lambda s3: s3.get("ab").text, {"s3root": ROOT, "tmproot": "nowhere"}),
    "a folder for temporary files": in_tmproot,
    "after it is closed": after_close,
    "with gives itself": lambda s3: s3.__enter__() is s3,
    "as text": lambda s3: (str(s3.info("ab")), repr(s3.list_paths(["a"])[1])),
}

_SHOWN = "exists downloaded url prefix key size has_info metadata content_type encryption range_info last_modified path blob text"


def shown(value: Any) -> Any:
    """A value as JSON; of paths and times only what kind they are."""
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return [shown(one) for one in value]
    if type(value).__name__ == "S3Object":
        return {name: shown_property(name, getattr(value, name)) for name in _SHOWN.split()}
    return value if value is None or isinstance(value, str | int | dict) else repr(value)


def shown_property(name: str, value: Any) -> Any:
    return type(value).__name__ if name in ("last_modified", "path") else shown(value)


def attempt(do: Callable[[], Any]) -> Any:
    """What `do` gives, or the classes of what it raises."""
    try:
        return shown(do())
    except Exception as error:
        return {
            "raises": [
                kind.__name__ for kind in type(error).__mro__ if kind.__name__ not in ("object", "BaseException")
            ]
        }


def perform(name: str) -> Any:
    """One operation with a client of its own."""
    entry = OPERATIONS[name]
    do, arguments = entry if isinstance(entry, tuple) else (entry, {"s3root": ROOT})
    with contextlib.ExitStack() as clients:
        return attempt(lambda: shown(do(clients.enter_context(S3(**arguments)))))


if __name__ == "__main__":
    seed()
    done = {name: perform(name) for name in sys.argv[2:] or OPERATIONS}
    done["what is left behind"] = sorted(
        name for name in os.listdir() if name not in ("1.txt", "2.txt", "ten", "folder", "here")
    )
    sys.stdout.write(json.dumps(done))
