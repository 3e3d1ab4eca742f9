"""CL-07: an artifact whose class cannot be imported any more hides neither its neighbours nor what it looked like."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from recorded import Folder, environment
from spinloom.client.artifact import ArtifactClassMissing

FLOW = """
    import gone
    from spinloom import FlowSpec, step

    class Lost(FlowSpec):
        @step
        def start(self):
            self.point = gone.Point(3)
            self.many = [gone.Point(4)]
            self.number = 5
            self.next(self.end)

        @step
        def end(self):
            pass

    if __name__ == "__main__":
        Lost()
"""
GONE = """
class Point:
    def __init__(self, x):
        self.x = x
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("lost"), FLOW)
    (folder.path / "gone.py").write_text(GONE)
    folder.flow("run")
    (folder.path / "gone.py").write_text("class Other: pass\n")
    return folder


def test_the_error_shows_what_it_looked_like(folder: Folder) -> None:
    artifact = folder.client().artifact("Lost/1/start/1/point")
    with pytest.raises(ArtifactClassMissing) as raised:
        artifact.data  # noqa: B018 (reading is what is tested)
    assert str(raised.value) == (
        "cannot load the artifact `Lost/1/start/1/point`: its class `gone.Point` cannot be found here "
        "(when it was saved: Point(x=3)); make the module `gone` importable (`sys.path`), or install the package it "
        "comes from"
    )
    assert artifact.preview is not None
    assert artifact.preview["fields"] == [["x", {"kind": "scalar", "type": "int", "value": 3}]]


def test_others_are_read(folder: Folder) -> None:
    run = folder.client().run("Lost/1")
    task = run["start"].task
    assert [step.id for step in run] == ["end", "start"]
    assert [artifact.id for artifact in task] == ["many", "name", "number", "point"]
    assert task.artifacts.point.size > 0
    assert task.data.number == 5
    assert "point" in task.data
    assert "point" in repr(task.data)
    assert not hasattr(task.data, "point"), "it cannot be had, which is an `AttributeError`"
    assert task.successful
    assert run.data.number == 5


def test_dump_shows_the_others(folder: Folder) -> None:
    script = ["import sys; sys.modules['gone'] = None", "from spinloom.dump import dump", "import json"]
    script.append(
        "dump({'store': '.spinloom', 'tasks': [{'pathspec': 'Lost/1/start/1', 'manifest': "
        "json.loads(__import__('spinloom')._native.Store('.spinloom').task('Lost', '1', 1))['manifest']}], "
        "'max_value_size': 1000, 'file': sys.argv[1] if len(sys.argv) > 1 else None})"
    )

    def dumped(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "import spinloom._native\n" + "\n".join(script), *arguments]
        return subprocess.run(
            command, cwd=folder.path, env=environment(), capture_output=True, text=True, timeout=60, check=True
        )

    shown = dumped().stdout
    assert "; when it was saved: Point(x=3)>" in shown
    assert "number [size: 5 type: int] = 5" in shown
    kept = dumped("kept.pkl")
    assert "left out `Lost/1/start/1/point`, which cannot be read: " in kept.stderr
    values = pickle.loads((folder.path / "kept.pkl").read_bytes())
    assert values == {"Lost/1/start/1": {"name": "Lost", "number": 5}}
