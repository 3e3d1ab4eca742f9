"""A flow of three tasks beside each other, made from what its import does and what its tasks do."""

from __future__ import annotations

import json
import subprocess
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.product import Product

#: How a run says that its tasks are not forked; said once, whatever the reason.
REASON = "so each task gets a fresh interpreter"

_FLOW = """\
import json
import os
from pathlib import Path

{imports}
from spinloom import FlowSpec, step

{then}
BORN = os.getpid()


class PitFlow(FlowSpec):
    @step
    def start(self):
        self.items = [0, 1, 2]
        self.next(self.work, foreach="items")

    @step
    def work(self):
        item = self.input
{body}
        self.saw = saw
        self.fresh = os.getpid() == BORN
        self.next(self.join)

    @step
    def join(self, inputs):
        self.seen = {{"saw": [one.saw for one in inputs], "fresh": [one.fresh for one in inputs]}}
        self.next(self.end)

    @step
    def end(self):
        Path("seen.json").write_text(json.dumps(self.seen))


if __name__ == "__main__":
    PitFlow()
"""


@dataclass(frozen=True)
class Ending:
    """How a run ended."""

    #: Everything the command wrote.
    said: str
    #: What each of the three tasks saw.
    saw: list[Any]
    #: Whether each task had an interpreter of its own.
    fresh: bool

    @property
    def forked_silently(self) -> bool:
        """Whether the import was found harmless."""
        return not self.fresh and REASON not in self.said

    @property
    def fresh_for_a_reason(self) -> bool:
        """Whether the import was found dangerous, and the user told of it once."""
        return self.fresh and self.said.count(REASON) == 1


@cache
def _is_there(python: Path, module: str) -> bool:
    probe = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([python, "-c", probe], check=False).returncode == 0


@dataclass(frozen=True)
class Pit:
    """A folder to fall into."""

    product: Product
    folder: Path

    def needs(self, *modules: str) -> None:
        """Skips the test if a package is not there for the flow."""
        for module in modules:
            if not _is_there(self.product.python, module):
                pytest.skip(f"{module} is not installed")

    def run(self, imports: str, body: str, then: str = "", isolation: str = "auto", **env: str) -> Ending:
        """Runs a flow whose tasks do `body`, which leaves what it saw in `saw`.

        Its import does `imports`, and `then` what comes after the import of Spinloom.
        """
        text = _FLOW.format(imports=_block(imports, ""), then=_block(then, ""), body=_block(body, " " * 8))
        (self.folder / "flow.py").write_text(text)
        ended = self.product.run(["flow.py", "run", "--isolation", isolation], self.folder, **env)
        assert ended.exit_code == 0, ended.text
        seen = json.loads((self.folder / "seen.json").read_text())
        assert len(set(seen["fresh"])) == 1, seen
        return Ending(ended.text, seen["saw"], seen["fresh"][0])


def _block(text: str, indent: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), indent)


@pytest.fixture
def pit(spinloom: Product, tmp_path: Path) -> Pit:
    """A fresh folder."""
    return Pit(spinloom, tmp_path)
