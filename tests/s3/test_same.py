"""PR-08: every operation of `operations.py` by the real Metaflow and by spinloom on one real server: same answers, same errors."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.product import Product
from support.s3 import Server

SCRIPT = Path(__file__).parent / "operations.py"

#: How many operations are done in one process, and how many such processes at once.
BATCH, AT_ONCE = 16, 2

#: What is meant to be different: Metaflow's answer, ours, and why.
DIFFERENCES = {
    "put under a key that ends with /": ("ROOT/p/end/", "MetaflowS3URLException", "stores take such keys differently"),
    "put many into no bucket": ("[]", "MetaflowS3NotFound", "that nothing was stored must not go unnoticed"),
    "put files without a path": ("TypeError", "MetaflowS3InvalidObject", "the message says what to write"),
    "get a number": ("AttributeError", "MetaflowS3URLException", "the message says what to write"),
    "get bytes": ("TypeError", "MetaflowS3URLException", "the message says what to write"),
    "a run that is none": ("AttributeError", "MetaflowS3URLException", "the message says what to write"),
    "an argument nobody knows": ("sibling", "TypeError", "it is a slip, and would be without effect"),
}


def names() -> list[str]:
    """The operations, without asking either product for them."""
    source = SCRIPT.read_text().partition("OPERATIONS: ")[2].partition("\n}\n")[0]
    return [line[5:].partition('"')[0] for line in source.splitlines() if line.startswith('    "')]


NAMES = names()
#: One of three, and all that are meant to differ; all with `SPINLOOM_TEST_FULL=1`: Metaflow starts a process or more for each.
DONE = NAMES if os.environ.get("SPINLOOM_TEST_FULL") else [*NAMES[::3], *sorted({*DIFFERENCES} - {*NAMES[::3]})]


@pytest.fixture(scope="session")
def answers(
    metaflow: Product, spinloom: Product, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What both products said, each below a root of its own."""
    return tuple(perform(product, server, tmp_path_factory.mktemp("s3")) for product in (metaflow, spinloom))


def perform(product: Product, server: Server, base: Path) -> dict[str, Any]:
    """All operations by one product, a few processes at once, each below a root of its own."""

    def batch(first: int) -> dict[str, Any]:
        folder = base / str(first)
        folder.mkdir()
        root = f"s3://bucket/{product.name.lower()}-{first}"
        env = product.environment(folder, **server.environment)
        command = [str(product.python), str(SCRIPT), root, *DONE[first : first + BATCH]]
        done = subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.replace(root, "ROOT").replace(root.rpartition("/")[2], "ROOT"))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = list(pool.map(batch, range(0, len(DONE), BATCH)))
    left = sorted({name for part in parts for name in part.pop("what is left behind")})
    return {name: answer for part in parts for name, answer in part.items()} | {"what is left behind": left}


@pytest.mark.parametrize("name", [*DONE, "what is left behind"])
def test_same(name: str, answers: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """An error of ours is of the class Metaflow's is of, or of one below it."""
    theirs, ours = (answer[name] for answer in answers)
    if name in DIFFERENCES:
        expected, instead, _ = DIFFERENCES[name]
        assert expected in json.dumps(theirs) and instead in json.dumps(ours), (theirs, ours)
    else:
        assert not (found := list(differences(theirs, ours))), "\n".join(["Metaflow | spinloom", *found])


def differences(theirs: Any, ours: Any, at: str = "") -> Iterator[str]:
    """Where two answers differ."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if "raises" in theirs and "raises" in ours:
            if theirs["raises"][0] not in ours["raises"]:
                yield f"{at}: {theirs['raises'][0]} | {ours['raises'][0]}"
            return
        for key in sorted({*theirs, *ours}):
            yield from differences(theirs.get(key, "absent"), ours.get(key, "absent"), f"{at}.{key}")
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for place, (left, right) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(left, right, f"{at}[{place}]")
    elif theirs != ours:
        yield f"{at}: {theirs} | {ours}"


def test_a_difference_is_found() -> None:
    """The comparison itself can fail."""
    assert list(differences([{"a": 1}], [{"a": 2}])) == ["[0].a: 1 | 2"]
    error, below = {"raises": ["Base", "Exception"]}, {"raises": ["Below", "Base", "Exception"]}
    assert not list(differences(error, below))
    assert list(differences(below, error)) == [": Below | Base"]


def test_every_difference_is_of_an_operation() -> None:
    """None is left over."""
    assert set(DIFFERENCES) <= set(NAMES) and len(NAMES) > 100
