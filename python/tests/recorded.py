"""Runs real flows in folders of their own, for the tests that read what was recorded."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spinloom import client

PACKAGES = Path(__file__).parents[1]

# A static split, a nested foreach, a retry, both streams, a parameter that makes `join` fail, a big array.
SHAPES = """
    import sys
    import numpy
    from spinloom import FlowSpec, Parameter, current, retry, step

    class Local:
        pass

    class Shapes(FlowSpec):
        alpha = Parameter("alpha", default=3)
        fail = Parameter("fail", default=False, type=bool)
        CONSTANT = "c"

        @step
        def start(self):
            print("héllo")
            print("no end", end="")
            print("oh", file=sys.stderr)
            self.letters = ["p", "q"]
            self.big = numpy.arange(100_000)
            self.local = Local()
            self._private = 1
            self.next(self.fan, self.side)

        @step
        def fan(self):
            self.letters = ["p", "q"]
            self.next(self.outer, foreach="letters")

        @step
        def outer(self):
            self.numbers = [1, 2]
            self.next(self.inner, foreach="numbers")

        @retry(times=1, minutes_between_retries=0)
        @step
        def inner(self):
            self.seen = (self.index, current.retry_count)
            print("attempt", current.retry_count)
            if self.index == 1 and current.retry_count == 0:
                raise ValueError("only at first")
            self.next(self.gather)

        @step
        def gather(self, inputs):
            self.seen = [task.seen for task in inputs]
            self.next(self.gather_all)

        @step
        def gather_all(self, inputs):
            self.next(self.join)

        @step
        def side(self):
            self.next(self.join)

        @step
        def join(self, inputs):
            self.before = 1
            if self.fail:
                raise RuntimeError("asked to fail")
            self.next(self.end)

        @step
        def end(self):
            self.result = 42

    if __name__ == "__main__":
        Shapes()
"""


class Folder:
    """A folder with a flow file and the store of its runs."""

    def __init__(self, path: Path, source: str = SHAPES) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        (path / "flow.py").write_text(textwrap.dedent(source))

    def flow(self, *arguments: str, user: str = "ann", exit_code: int = 0) -> str:
        """Runs `python flow.py` with these arguments; returns what it wrote."""
        done = subprocess.run(
            [sys.executable, "flow.py", *arguments],
            cwd=self.path,
            env=environment(user),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def client(self, namespace: str | None = None) -> client.Client:
        """A client of its store; of all namespaces unless one is given."""
        return client.Client(str(self.path), namespace=namespace)


def environment(user: str = "ann") -> dict[str, str]:
    """The caller's environment without its settings, and with this user."""
    ours = ("SPINLOOM_", "METAFLOW_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "SPINLOOM_USER": user, "PYTHONPATH": str(PACKAGES)}


@contextmanager
def as_default(folder: Folder, namespace: str | None) -> Iterator[None]:
    """Points the module's short-cuts, such as `Flow(…)`, at a folder's store, and back."""
    default = client.session.default_client()
    kept = default._provider, default._namespace
    try:
        client.metadata(f"local@{folder.path}")
        client.namespace(namespace)
        yield
    finally:
        default._provider, default._namespace = kept
