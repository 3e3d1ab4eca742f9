"""`spinloom import metaflow`: what the real Metaflow's Client says of its store, ours says of the imported one (AR-04 … 13)."""

from __future__ import annotations

import json
import os
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from support import s3
from support.product import Outcome, Product, run

HERE = Path(__file__).parent


def observed(product: Product, folder: Path, **env: str) -> dict[str, Any]:
    script = shutil.copy(HERE / "observe_store.py", folder / "observe_store.py")
    outcome = product.run([script], folder, **env)
    assert outcome.exit_code == 0, outcome.text
    return json.loads(outcome.stdout)


def command(spinloom: Product, folder: Path, *words: object, **env: str) -> Outcome:
    program = str(spinloom.bin / "spinloom")
    return run([program, *map(str, words)], folder, spinloom.environment(folder, **env))


def brought(
    spinloom: Product, folder: Path, store: Path | str, *words: str, exit_code: int = 0, **env: str
) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    outcome = command(spinloom, folder, "import", "metaflow", store, *words, "--json", **env)
    assert outcome.exit_code == exit_code, outcome.text
    return json.loads(outcome.stdout)["data"]


@pytest.fixture(scope="session")
def store(metaflow: Product, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of the real Metaflow's: a failed run, its resume, and a run with everything else."""
    folder = tmp_path_factory.mktemp("metaflow-store")
    (folder / ".metaflow").mkdir()
    for flow in (HERE / "flows").glob("*.py"):
        shutil.copy(flow, folder)
    (folder / "included.txt").write_text("included, wörld\n")
    (folder / "broken").touch()

    def does(*words: str, exit_code: int = 0) -> None:
        outcome = metaflow.run([*words], folder)
        assert outcome.exit_code == exit_code, outcome.text

    does("turns.py", "--no-pylint", "run", exit_code=1)
    (folder / "broken").unlink()
    does("turns.py", "--no-pylint", "resume")
    does("nested.py", "--no-pylint", "run", "--tag", "exp:2", "--tag", "best", "--alpha", "0.25")
    return folder


@pytest.fixture
def copied(store: Path, tmp_path: Path) -> Path:
    """A copy of the store, to be hurt."""
    return Path(shutil.copytree(store / ".metaflow", tmp_path / "theirs" / ".metaflow"))


@pytest.fixture(scope="session")
def theirs(metaflow: Product, store: Path) -> dict[str, Any]:
    return observed(metaflow, store)


@pytest.fixture(scope="session")
def ours(spinloom: Product, store: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("imported")
    brought(spinloom, folder, store)
    return observed(spinloom, folder)


def each(seen: dict[str, Any]) -> dict[str, Any]:
    """Every task by its pathspec."""
    return {
        f"{name}/{step}/{task}": told
        for name, one in seen["seen"].items()
        for step, tasks in one["steps"].items()
        for task, told in tasks.items()
    }


NODE = "1000000001"
"""What a node of a gang is called here, where Metaflow calls it `<control>_node_1`."""


def test_runs_are_the_same(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert sorted(ours["runs"]) == sorted(theirs["runs"])
    for name, there in theirs["seen"].items():
        here = dict(ours["seen"][name])
        assert {k: v for k, v in here.items() if k != "steps"} == {k: v for k, v in there.items() if k != "steps"}
        assert {k: len(v) for k, v in here["steps"].items()} == {k: len(v) for k, v in there["steps"].items()}


def test_tasks_and_values_are_the_same(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    here, there = each(ours), each(theirs)
    compared = 0
    for name, told in there.items():
        if "_node_" in name:
            continue
        mine, told = deepcopy(here[name]), deepcopy(told)
        if "/text" in name or mine["origin"]:  # a copy's log is that of what it is a copy of
            for log in ("stdout", "stderr", "lines"):
                mine.pop(log), told.pop(log)
        if name.startswith("TurnsFlow"):
            for near in ("parents", "children"):
                mine.pop(near, None), told.pop(near, None)
        for one in (mine, told):  # the file's content here, its descriptor there
            one["sizes"] = {k: v for k, v in one["sizes"].items() if k not in ("text", "raw")}
            for earlier in one["earlier"]:
                earlier["sizes"] = {k: v for k, v in earlier["sizes"].items() if k not in ("text", "raw")}
        if told["origin"] and "_node_" in told["origin"]:
            continue
        assert mine == told, name
        compared += 1
    assert compared > 30


def test_tasks_of_a_gang_get_numbers(ours: dict[str, Any]) -> None:
    nodes = {name: told for name, told in each(ours).items() if name.endswith(f"/work/{NODE}")}
    assert len(nodes) == 2
    assert [told["index"] for told in nodes.values()] == [1, 1]


def test_neighbours_in_loops_gangs_and_branches(ours: dict[str, Any]) -> None:
    """Where Metaflow's Client names too many."""
    failed = min(name for name in ours["seen"] if name.startswith("TurnsFlow"))
    tasks = {name.removeprefix(f"{failed}/"): told for name, told in each(ours).items() if name.startswith(failed)}

    def parents(name: str) -> list[str]:
        return [spec.removeprefix(f"{failed}/") for spec in tasks[name]["parents"]]

    first, second = sorted((name for name in tasks if name.startswith("turn/")), key=lambda name: int(name[5:]))
    gang = next(name for name in tasks if name.startswith("gang/"))
    works = sorted(name for name in tasks if name.startswith("work/"))
    meet = next(name for name in tasks if name.startswith("meet/"))
    assert (parents(first), parents(second), parents(gang)) == (["start/1"], [first], [second])
    assert parents(works[0]) == parents(works[1]) == [gang]
    assert parents(next(name for name in tasks if name.startswith("gather/"))) == works
    assert sorted(name.partition("/")[0] for name in parents(meet)) == ["left", "right"]


def test_importing_again_adds_what_is_new(spinloom: Product, copied: Path, tmp_path: Path) -> None:
    flow = copied / "TurnsFlow"
    _first, second = sorted(run.name for run in flow.iterdir() if run.name.isdigit())
    shutil.move(flow / second, tmp_path / second)
    here = tmp_path / "here"
    data = brought(spinloom, here, copied)
    assert sorted(run["pathspec"].partition("/")[0] for run in data["runs"]) == ["NestedFlow", "TurnsFlow"]
    packs = {pack: pack.stat().st_size for pack in (here / ".spinloom").rglob("*.pack")}
    data = brought(spinloom, here, copied)
    assert (data["runs"], data["unchanged"]) == ([], 2)
    assert packs == {pack: pack.stat().st_size for pack in packs}
    shutil.move(tmp_path / second, flow / second)
    data = brought(spinloom, here, copied)
    assert [run["pathspec"] for run in data["runs"]] == [f"TurnsFlow/{second}"]
    assert data["runs"][0]["new"]


def test_tags_follow(spinloom: Product, copied: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    brought(spinloom, here, copied, "--flow", "NestedFlow")
    (document,) = copied.glob("NestedFlow/*/_meta/_self.json")
    told = json.loads(document.read_text())
    name = f"NestedFlow/{told['run_number']}"
    command(spinloom, here, "tag", "add", "--run-id", name, "mine")
    document.write_text(json.dumps(told | {"tags": ["best", "later"]}))
    brought(spinloom, here, copied)
    tags = json.loads(command(spinloom, here, "tag", "list", name, "--json").stdout)
    assert tags["data"]["runs"][0]["tags"] == ["best", "later", "mine"]


def test_a_run_that_grows(spinloom: Product, copied: Path, tmp_path: Path) -> None:
    """A store that is being written to: the last step has begun, and half a file is there."""
    here = tmp_path / "here"
    (end,) = copied.glob("NestedFlow/*/end/[0-9]*")
    later = tmp_path / "later"
    later.mkdir()
    for name in ("0.DONE.lock", "0.data.json", "0.runtime"):
        shutil.move(end / name, later / name)
    (end / "0.data.json").write_text((later / "0.data.json").read_text()[:200])
    shutil.move(end / "_meta", later / "_meta")
    brought(spinloom, here, copied, "--flow", "NestedFlow")
    (half,) = observed(spinloom, here)["seen"].values()
    assert (half["finished"], half["end"]) == (False, end.name)
    shutil.copytree(later, end, dirs_exist_ok=True)
    data = brought(spinloom, here, copied, "--flow", "NestedFlow")
    assert [(run["tasks"], run["new"], run["status"]) for run in data["runs"]] == [(1, False, "done")]
    (whole,) = observed(spinloom, here)["seen"].values()
    assert whole["steps"]["end"][end.name]["artifacts"]["found"].startswith("list")
    assert whole["finished"]


def test_what_is_damaged_is_left_out_and_mended(spinloom: Product, copied: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    (start,) = copied.glob("NestedFlow/*/start/1/0.data.json")
    objects = json.loads(start.read_text())["objects"]

    def blob(name: str) -> Path:
        return copied / "NestedFlow" / "data" / objects[name][:2] / objects[name]

    kept = {name: blob(name).read_bytes() for name in ("big", "items", "thing")}
    blob("big").write_bytes(kept["big"][: len(kept["big"]) // 2])
    flipped = bytearray(kept["items"])
    flipped[-6] ^= 0x40
    blob("items").write_bytes(flipped)
    blob("thing").unlink()
    data = brought(spinloom, here, copied, "--flow", "NestedFlow", exit_code=8)
    (run,) = data["runs"]
    said = "\n".join(run["left_out"])
    assert "/start/1/thing`: the blob `NestedFlow/data/" in said and "is missing" in said
    assert "/start/1/big`: the blob" in said and "/start/1/items`: the blob" in said and "is damaged" in said
    (seen,) = observed(spinloom, here)["seen"].values()
    assert seen["successful"]
    assert "big" not in seen["steps"]["start"]["1"]["artifacts"]
    for name, content in kept.items():
        blob(name).write_bytes(content)
    data = brought(spinloom, here, copied, "--flow", "NestedFlow")
    assert [run["left_out"] for run in data["runs"]] == [[]]
    (seen,) = observed(spinloom, here)["seen"].values()
    assert {"big", "items", "thing"} <= seen["steps"]["start"]["1"]["artifacts"].keys()


def test_names_that_are_taken(spinloom: Product, copied: Path, tmp_path: Path) -> None:
    """A run of one's own is never touched: the other comes in under another flow name."""
    here = tmp_path / "here"
    (old,) = (run for run in (copied / "NestedFlow").iterdir() if run.name.isdigit())
    old.rename(old.with_name("1"))
    here.mkdir()
    flow = "from spinloom import FlowSpec, step\nclass NestedFlow(FlowSpec):\n    @step\n    def start(self):\n"
    flow += "        self.next(self.end)\n    @step\n    def end(self):\n        self.own = 1\n"
    (here / "own.py").write_text(f"{flow}if __name__ == '__main__':\n    NestedFlow()\n")
    assert spinloom.run(["own.py", "run"], here).exit_code == 0
    data = brought(spinloom, here, copied, "--flow", "NestedFlow", exit_code=8)
    assert [skipped["pathspec"] for skipped in data["skipped"]] == ["NestedFlow/1"]
    assert "--as-flow" in data["skipped"][0]["hint"]
    data = brought(spinloom, here, copied, "--flow", "NestedFlow", "--as-flow", "OldFlow")
    assert [run["pathspec"] for run in data["runs"]] == ["OldFlow/1"]
    seen = observed(spinloom, here)["seen"]
    assert seen["NestedFlow/1"]["steps"]["end"].popitem()[1]["artifacts"]["own"] == "int: 1"
    assert seen["OldFlow/1"]["successful"]


def test_old_and_new_runs_are_listed_together(spinloom: Product, store: Path, tmp_path: Path) -> None:
    """An imported run is as old as it was, and a new one counts from 1."""
    here = tmp_path / "here"
    brought(spinloom, here, store)
    shutil.copy(HERE / "flows" / "turns.py", here)
    outcome = spinloom.run(["turns.py", "run"], here)
    assert outcome.exit_code == 0, outcome.text
    listed = json.loads(command(spinloom, here, "list", "TurnsFlow", "--json").stdout)["data"]["runs"]
    runs = [run["pathspec"].rpartition("/")[2] for run in listed]
    assert runs[0] == "1" and runs[1:] == sorted(runs[1:], reverse=True) and len(runs) == 3


def test_resuming_an_imported_run(spinloom: Product, store: Path, tmp_path: Path) -> None:
    """RE-01: what an imported run has finished is adopted."""
    here = tmp_path / "here"
    brought(spinloom, here, store, "--flow", "TurnsFlow")
    shutil.copy(HERE / "flows" / "turns.py", here)
    failed = min(run.name for run in (store / ".metaflow" / "TurnsFlow").iterdir() if run.name.isdigit())
    outcome = spinloom.run(["turns.py", "resume", "--origin-run-id", failed], here)
    assert outcome.exit_code == 0, outcome.text
    resumed = observed(spinloom, here)["seen"]["TurnsFlow/1"]
    assert resumed["successful"] and resumed["origin"] == f"TurnsFlow/{failed}"
    copies = [step for step, tasks in resumed["steps"].items() if all(task["origin"] for task in tasks.values())]
    assert {"start", "turn", "gang", "work", "gather", "part", "left", "right"} <= set(copies)
    assert resumed["steps"]["meet"].popitem()[1]["artifacts"]["sides"] == "list: ['l', 'r']"


def test_killed_at_any_moment(spinloom: Product, store: Path, tmp_path: Path, ours: dict[str, Any]) -> None:
    """Importing again after `kill -9` is like importing once."""
    here = tmp_path / "here"
    here.mkdir()
    program = str(spinloom.bin / "spinloom")
    words = f"{program} import metaflow {store} & sleep 0.$N; kill -9 $! 2>/dev/null; wait $! 2>/dev/null; true"
    for moment in ("01", "02", "03", "05", "08", "12"):
        run(["/bin/sh", "-c", words], here, spinloom.environment(here, N=moment))
    brought(spinloom, here, store)
    seen = observed(spinloom, here)
    assert each(seen) == each(ours)
    assert seen == ours


def test_nothing_is_done_when_dry(spinloom: Product, store: Path, tmp_path: Path) -> None:
    data = brought(spinloom, tmp_path / "here", store, "--dry-run")
    assert {run["standing"] for run in data["runs"]} == {"new"}
    assert not os.path.exists(tmp_path / "here" / ".spinloom")


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (("nowhere",), 4, "there is no folder"),
        ((".",), 4, "there is no flow of Metaflow's"),
        (("{store}", "--flow", "NestedFlou"), 4, "did you mean `NestedFlow`"),
        (("{store}", "--flow", "NestedFlow", "--run", "1"), 4, "there is no run `NestedFlow/1`"),
        (("{store}", "--since", "soon"), 2, "`--since` cannot be `soon`"),
        (("{store}", "--as-flow", "Other"), 2, "--flow"),
        (("s3://",), 3, "the bucket is missing"),
    ],
)
def test_what_cannot_be(
    spinloom: Product, store: Path, tmp_path: Path, words: tuple[str, ...], exit_code: int, said: str
) -> None:
    typed = [word.format(store=store) for word in words]
    outcome = command(spinloom, tmp_path, "import", "metaflow", *typed)
    assert outcome.exit_code == exit_code, outcome.text
    assert said in outcome.text
    assert not (tmp_path / ".spinloom").exists()


@pytest.fixture(scope="session")
def bucket(metaflow: Product, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder with the metadata of a run of the real Metaflow's, whose data is in a bucket of a real server."""
    folder = tmp_path_factory.mktemp("metaflow-bucket")
    (folder / ".metaflow").mkdir()
    shutil.copy(HERE / "flows" / "small.py", folder)
    (folder / "included.txt").write_text("included, wörld\n")
    told = {**s3.server().environment, "METAFLOW_DATASTORE_SYSROOT_S3": "s3://data/metaflow"}
    words = ["small.py", "--no-pylint", "--datastore", "s3", "run", "--tag", "best"]
    outcome = metaflow.run(words, folder, **told)
    assert outcome.exit_code == 0, outcome.text
    return folder, told


def test_a_bucket_with_its_metadata(
    spinloom: Product, metaflow: Product, bucket: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    folder, told = bucket
    here = tmp_path / "here"
    words = ("s3://data/metaflow", "--metadata", str(folder / ".metaflow"))
    brought(spinloom, here, *words, **told)
    there, ours = observed(metaflow, folder, **told), observed(spinloom, here)
    assert ours["runs"] == there["runs"]
    for seen in (there, ours):
        for task in each(seen).values():
            for attempt in (task, *task["earlier"]):
                attempt["sizes"] = {k: v for k, v in attempt["sizes"].items() if k not in ("text", "raw")}
    assert ours["seen"] == there["seen"]


def test_a_bucket_alone(spinloom: Product, bucket: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """What only the metadata know is not there; who ran it is said."""
    _folder, told = bucket
    here = tmp_path / "here"
    data = brought(spinloom, here, "s3://data/metaflow", "--user", "ann", **told)
    assert [run["left_out"] for run in data["runs"]] == [[]]
    (seen,) = observed(spinloom, here, NAMESPACE="user:ann")["seen"].values()
    assert (seen["successful"], seen["user_tags"], seen["system_tags"]) == (True, [], ["user:ann"])
    assert seen["parameters"]["text"] == "str: 'included, wörld\\n'"
    (end,) = seen["steps"]["end"].values()
    assert end["stdout"].startswith("over included")
    assert brought(spinloom, here, "s3://data/metaflow", **told)["unchanged"] == 1
