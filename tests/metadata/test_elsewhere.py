"""Runs that are recorded in a database, or by a server, and not on this machine."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support import product
from support.postgres import Postgres
from support.product import Product
from support.serving import Serving

FLOW = """
import os, pathlib, time
from metaflow import FlowSpec, current, step


class FarFlow(FlowSpec):
    @step
    def start(self):
        self.parts = list(range(int(os.environ.get("PARTS", "3"))))
        self.next(self.work, foreach="parts")

    @step
    def work(self):
        pathlib.Path(f"began-{self.input}").touch()
        while not pathlib.Path("go").exists():
            time.sleep(0.01)
        if self.input == 1 and pathlib.Path("broken").exists():
            raise ValueError("broken")
        self.square = self.input**2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.squares = [one.square for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        print("this is", current.run.pathspec, "with", len(list(current.run["work"])), "parts:", self.squares)


if __name__ == "__main__":
    FarFlow()
"""

ASK = """
import json, sys
from metaflow import Flow, Task, get_metadata, metadata, namespace

if len(sys.argv) > 1:
    metadata(sys.argv[1])
namespace(None)
runs = [
    {
        "id": run.id, "done": run.successful, "origin": run.origin_pathspec, "tags": sorted(run.user_tags),
        "tasks": {step.id: [task.successful for task in step] for step in run},
        "squares": run["join"].task["squares"].data if run.successful else None,
    }
    for run in Flow("FarFlow")
]
print(json.dumps({"metadata": get_metadata(), "runs": runs}))
"""


def _folder(tmp_path: Path, name: str, *there: str) -> Path:
    """A machine: a folder with the flow, and a home of its own."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "flow.py").write_text(FLOW)
    (folder / "ask.py").write_text(ASK)
    for file in there:
        (folder / file).touch()
    return folder


@contextmanager
def _running(spinloom: Product, folder: Path, *options: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A run under way."""
    command = [str(spinloom.python), "flow.py", *options, "run"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=spinloom.environment(folder, **env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        yield run


def _end(run: subprocess.Popen[str]) -> None:
    text, _ = run.communicate(timeout=product.PATIENCE_SECONDS)
    assert run.returncode == 0, text


def _ask(product: Product, folder: Path, *words: str, **env: str) -> dict[str, Any]:
    asked = product.run(["ask.py", *words], folder, **env)
    assert asked.exit_code == 0, asked.text
    return json.loads(asked.stdout)


def _wait_for(path: Path) -> None:
    for _ in range(product.PATIENCE_SECONDS * 100):
        if path.exists():
            return
        time.sleep(0.01)
    raise TimeoutError(f"no {path}")


def test_a_run_is_recorded_in_a_database_and_resumed_on_another_machine(
    spinloom: Product, database: str, tmp_path: Path
) -> None:
    bucket = f"file://{tmp_path}/bucket"
    one, two = _folder(tmp_path, "one", "go", "broken"), _folder(tmp_path, "two", "go")
    elsewhere = ["--metadata", database, "--datastore", bucket]
    failed = spinloom.run(["flow.py", *elsewhere, "run", "--tag", "far"], one)
    assert failed.exit_code == 1, failed.text
    resumed = spinloom.run(["flow.py", *elsewhere, "resume"], two)
    assert resumed.exit_code == 0, resumed.text
    env = {"SPINLOOM_DEFAULT_METADATA": database, "SPINLOOM_DEFAULT_DATASTORE": bucket}
    for folder, words in ((one, [database]), (two, [])):
        told = _ask(spinloom, folder, *words, **env)
        assert told["metadata"] == database
        latest, first = told["runs"]
        assert (first["id"], first["done"], first["tags"]) == ("1", False, ["far"])
        assert (latest["id"], latest["origin"], latest["squares"]) == ("2", "FarFlow/1", [0, 1, 4])
    assert not (one / ".spinloom" / "metadata.db").exists(), "nothing is recorded on the machine itself"
    logs = spinloom.shell("spinloom logs FarFlow/2/end", one, **env)
    assert logs.stdout == "this is FarFlow/2 with 3 parts: [0, 1, 4]\n"
    listed = spinloom.shell(f"spinloom --metadata {database} list", two)
    assert "FarFlow/1" in listed.text and "FarFlow/2" in listed.text, listed.text


def test_runs_of_a_database_are_not_taken_for_those_of_the_machine(
    spinloom: Product, database: str, tmp_path: Path
) -> None:
    folder = _folder(tmp_path, "one", "go")
    for options in ([], ["--metadata", database], [], ["--metadata", database]):
        done = spinloom.run(["flow.py", *options, "run"], folder, PARTS=str(2 + len(options)))
        assert done.exit_code == 0, done.text
    here, there = _ask(spinloom, folder), _ask(spinloom, folder, database)
    for told, squares in ((here, [0, 1]), (there, [0, 1, 4, 9])):
        assert [(run["id"], run["squares"]) for run in told["runs"]] == [("2", squares), ("1", squares)]


def test_a_run_goes_on_while_its_database_is_restarted(
    spinloom: Product, database: str, database_server: Postgres, tmp_path: Path
) -> None:
    folder = _folder(tmp_path, "one")
    with _running(spinloom, folder, "--metadata", database) as run:
        _wait_for(folder / "began-0")
        database_server.kill()
        (folder / "go").touch()
        database_server.start()
        _end(run)
    assert _ask(spinloom, folder, database)["runs"][0]["tasks"]["work"] == [True] * 3


def test_a_server_that_is_killed_during_a_run_loses_and_doubles_nothing(
    spinloom: Product, serving: Serving, tmp_path: Path
) -> None:
    folder, parts = _folder(tmp_path, "one"), 12
    bucket = f"file://{tmp_path}/bucket"
    options = ["--metadata", serving.url, "--datastore", bucket]
    with _running(spinloom, folder, *options, PARTS=str(parts)) as run:
        _wait_for(folder / "began-0")
        serving.kill()
        (folder / "go").touch()
        _wait_for(folder / f"began-{parts - 1}")
        serving.start()
        serving.kill()
        serving.start()
        _end(run)
    env = {"SPINLOOM_DEFAULT_DATASTORE": bucket}
    by_server = _ask(spinloom, folder, serving.url, **env)
    assert by_server["metadata"] == f"service@{serving.url}"
    (serving.folder / "ask.py").write_text(ASK)
    in_its_store = _ask(spinloom, serving.folder, **env)
    for told in (by_server, in_its_store):
        assert told["runs"] == [
            {
                "id": "1",
                "done": True,
                "origin": None,
                "tags": [],
                "tasks": {"end": [True], "join": [True], "work": [True] * parts, "start": [True]},
                "squares": [n**2 for n in range(parts)],
            }
        ]


def test_tags_are_changed_and_runs_deleted_through_a_server(
    spinloom: Product, serving: Serving, tmp_path: Path
) -> None:
    folder = _folder(tmp_path, "one", "go")
    env = {"SPINLOOM_DEFAULT_METADATA": "service", "SPINLOOM_SERVICE_URL": serving.url}
    for _ in range(2):
        assert spinloom.run(["flow.py", "run"], folder, **env).exit_code == 0
    tagged = spinloom.shell(
        "spinloom tag add --run-id FarFlow/1 best && spinloom runs delete FarFlow/2 --yes", folder, **env
    )
    assert tagged.exit_code == 0, tagged.text
    assert [(run["id"], run["tags"]) for run in _ask(spinloom, folder, **env)["runs"]] == [("1", ["best"])]


def test_a_password_is_not_recorded(spinloom: Product, database: str, tmp_path: Path) -> None:
    folder = _folder(tmp_path, "one", "go")
    secret = database.replace("app@", "app:hush@")
    done = spinloom.run(["flow.py", "--metadata", secret, "run"], folder)
    assert done.exit_code == 0, done.text
    shown = spinloom.shell(f"spinloom --metadata {secret} --json show FarFlow/1", folder)
    assert '"argv"' in shown.stdout and "hush" not in shown.stdout, shown.text
    kept = [path for path in (folder / ".spinloom").rglob("*") if path.is_file() and b"hush" in path.read_bytes()]
    assert not kept


def test_what_is_no_place_for_metadata_is_a_usage_error(spinloom: Product, tmp_path: Path) -> None:
    folder = _folder(tmp_path, "one", "go")
    done = spinloom.run(["flow.py", "--metadata", "locl", "run"], folder)
    assert done.exit_code == 2 and "`--metadata`" in done.text, done.text
    unset = spinloom.run(["flow.py", "--metadata", "service", "run"], folder)
    assert unset.exit_code == 2 and "SPINLOOM_SERVICE_URL" in unset.text, unset.text
