"""The disk is full; two hundred runs start at once."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crash.conftest import SPINLOOM, Lab


def test_a_full_disk_is_one_clear_error(lab: Lab) -> None:
    """A store whose files cannot grow: an error with a code, no traceback of ours; with room again the run resumes."""
    limited = f"ulimit -f 250; exec {sys.executable} grid_flow.py run"
    failed = lab.run("bash", "-c", limited)
    said = failed.stdout + failed.stderr
    assert failed.returncode != 0
    assert "error[SL0404]" in said, said
    lab.check_and_resume()


@pytest.mark.parametrize("count", [200])
def test_two_hundred_flows_in_one_folder(tmp_path: Path, count: int) -> None:
    """Runs of different flows at once in one directory are all recorded."""
    text = "from spinloom import FlowSpec, step\n\n\nclass Tiny{n}(FlowSpec):\n    @step\n    def start(self):\n        self.n = {n}\n"
    text += "        self.next(self.end)\n\n    @step\n    def end(self):\n        pass\n\n\nif __name__ == '__main__':\n    Tiny{n}()\n"
    lab = Lab(tmp_path)
    for n in range(count):
        (tmp_path / f"tiny{n}.py").write_text(text.format(n=n))

    def run(n: int) -> subprocess.CompletedProcess[str]:
        return lab.run(sys.executable, f"tiny{n}.py", "run")

    with ThreadPoolExecutor(40) as pool:
        ended = list(pool.map(run, range(count)))
    assert [e.stdout + e.stderr for e in ended if e.returncode != 0] == []
    listed = json.loads(lab.run(SPINLOOM, "list", "--json").stdout)["data"]
    assert len(json.dumps(listed).split('"Tiny')) > count
    script = "from spinloom import Metaflow, namespace\nnamespace(None)\n"
    script += "print(sorted(f.latest_run['end'].task.data.n for f in Metaflow()) == list(range(200)))"
    assert lab.run(sys.executable, "-c", script).stdout.strip() == "True"
