"""What the tests of `Runner` share: a folder with a flow in it, where this process is too."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import product

FLOW = """
import sys

from spinloom import FlowSpec, JSONType, Parameter, step


class PaintFlow(FlowSpec):
    layers = Parameter("layers", default=2)
    gloss = Parameter("gloss", default=0.5, type=float)
    colours = Parameter("colours", default="red,blue", separator=",")
    recipe = Parameter("recipe", type=JSONType, default="{}")
    dry = Parameter("dry", default=True, type=bool)
    spill = Parameter("spill", default=False, type=bool)
    pause = Parameter("pause", default=False, type=bool)

    @step
    def start(self):
        print("mixing", self.layers)
        print("fumes", file=sys.stderr)
        if self.pause:
            import pathlib, time
            while not pathlib.Path("go").exists():
                time.sleep(0.01)
        if self.spill:
            raise ValueError("the bucket fell")
        self.next(self.end)

    @step
    def end(self):
        self.coats = self.layers * 2


if __name__ == "__main__":
    PaintFlow()
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory, of a user, with a store of its own."""
    environment = product.spinloom().environment(tmp_path)
    for name in ("HOME", "USER", "METAFLOW_USER", "METAFLOW_HOME", "NO_COLOR", "COLUMNS", "TERM"):
        monkeypatch.setenv(name, environment[name])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def flow(here: Path) -> str:
    """The flow's file."""
    (here / "flow.py").write_text(FLOW)
    return "flow.py"
