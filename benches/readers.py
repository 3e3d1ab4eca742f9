"""The Client against Metaflow's: the same questions about the same runs, each in one process."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
RUNS = 1000
TASKS = 200

Command = Callable[..., list[str]]
"""The command that runs a bench flow: interpreter, flow file, options."""


@contextmanager
def stores(flow: Command, ours: str, theirs: str) -> Iterator[dict[str, Path]]:
    """For each interpreter a folder that holds a store with the same runs."""
    with tempfile.TemporaryDirectory(prefix="bench-readers-") as base:
        folders = {ours: Path(base, "ours"), theirs: Path(base, "theirs")}
        for folder in folders.values():
            folder.mkdir()
        for _ in range(RUNS):
            execute(flow(ours, "three_steps.py"), folders[ours])
        execute(flow(ours, "reads.py", "--n", str(TASKS), "--max-num-splits", str(TASKS)), folders[ours])
        execute(flow(theirs, "three_steps.py"), folders[theirs])
        execute(flow(theirs, "reads.py", "--n", "1"), folders[theirs])
        multiply(only(folders[theirs] / ".metaflow/ThreeSteps"), RUNS, "run_number")
        multiply(only(only(folders[theirs] / ".metaflow/Reads") / "work"), TASKS, "task_id")
        yield folders


def execute(argv: list[str], folder: Path) -> str:
    """Runs a command in `folder` and returns what it printed."""
    cache = {"METAFLOW_CLIENT_CACHE_PATH": str(folder / "cache")}
    env = {**os.environ, "METAFLOW_USER": "bench", "SPINLOOM_USER": "bench", **cache}
    return subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout


def only(folder: Path) -> Path:
    """The one folder of a run or task in `folder`."""
    (found,) = [path for path in folder.iterdir() if path.is_dir() and path.name.isdigit()]
    return found


def multiply(original: Path, times: int, key: str) -> None:
    """Copies the folder of a run or task of Metaflow's until there are `times`, each under an id of its own."""
    first = int(original.name)
    for number in range(first + 1, first + times):
        copy = shutil.copytree(original, original.with_name(str(number)))
        for file in copy.rglob("*.json"):
            text = file.read_text()
            renamed = text.replace(f'"{key}": "{first}"', f'"{key}": "{number}"')
            if renamed != text:
                file.write_text(renamed)


def ask(python: str, folder: Path, question: str, answers: int) -> float:
    """Milliseconds one process takes to answer; imports are not counted."""
    count, seconds = execute([python, str(HERE / "questions.py"), question], folder).split()
    assert int(count) == answers, f"{python} knows of {count}, not of {answers}"
    return float(seconds) * 1000


def compare(flow: Command, ours: str, theirs: str) -> Iterator[tuple[str, float, float, str]]:
    """What was asked, our milliseconds, theirs, and how much faster we want to be."""
    questions = [
        (f"Client: list {RUNS:,} runs with status and end", "runs", RUNS, "20×"),
        (f"Client: read one artifact of each of {TASKS} tasks", "artifacts", TASKS, "5×"),
    ]
    with stores(flow, ours, theirs) as folders:
        for what, question, answers, target in questions:
            times: dict[str, list[float]] = {ours: [], theirs: []}
            for _ in range(3):
                for python, taken in times.items():
                    taken.append(ask(python, folders[python], question, answers))
            yield what, statistics.median(times[ours]), statistics.median(times[theirs]), target
