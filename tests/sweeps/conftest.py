"""A folder with a flow to be swept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.product import Outcome, Product, run

FLOW = """
import os
import time

from spinloom import Config, FlowSpec, Parameter, environment, step


class Fit(FlowSpec):
    rate = Parameter("rate", default=0.1)
    pause = Parameter("pause", default=False)
    model = Config("model", default_value={"depth": 2, "kind": "tree"})

    @environment(vars={"KIND": model.kind})
    @step
    def start(self):
        self.kind = os.environ["KIND"]
        while self.pause and not os.path.exists("go"):
            time.sleep(0.01)
        self.next(self.end)

    @step
    def end(self):
        if self.rate > 1:
            raise ValueError("this rate is too much")
        self.loss = (self.rate - 0.3) ** 2 + 0.01 * self.model.depth


if __name__ == "__main__":
    Fit()
"""


@dataclass(frozen=True)
class Place:
    """A folder that holds `flow.py` and gets a store of its own."""

    folder: Path
    product: Product

    @property
    def command(self) -> str:
        """The `spinloom` command."""
        return str(self.product.bin / "spinloom")

    @property
    def environment(self) -> dict[str, str]:
        """What a command is started with."""
        return self.product.environment(self.folder)

    def spinloom(self, *words: str, exit_code: int = 0) -> Outcome:
        """Runs `spinloom …`, which has to end with `exit_code`."""
        outcome = run([self.command, *words], self.folder, self.environment)
        assert outcome.exit_code == exit_code, outcome.text
        return outcome

    def sweep(self, *words: str, exit_code: int = 0) -> dict[str, Any]:
        """What `spinloom sweep … --json` answers."""
        answer = json.loads(self.spinloom("sweep", *words, "--json", exit_code=exit_code).stdout)
        return answer["data"]  # type: ignore[no-any-return]


@pytest.fixture
def place(tmp_path: Path, spinloom: Product) -> Place:
    """`flow.py`, and nothing recorded yet."""
    (tmp_path / "flow.py").write_text(FLOW)
    return Place(tmp_path, spinloom)
