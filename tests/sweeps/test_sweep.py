"""`spinloom sweep`: trials are ordinary runs, and a sweep that was killed goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

from spinloom.client import Client


def runs(place):
    return list(Client(str(place.folder), namespace=None).flow("Fit").runs())


def test_trials_are_ordinary_runs_that_tags_tie_together(place) -> None:
    done = place.sweep(
        "flow.py", "--grid", "rate=0.1,0.3", "--grid", "model.depth=1,5", "--objective", "loss", "-j", "2"
    )
    assert done["done"] == 4 and done["failed"] == done["open"] == 0
    assert [trial["values"] for trial in sorted(done["trials"], key=lambda one: one["trial"])] == [
        [["rate", 0.1], ["model.depth", 1]],
        [["rate", 0.1], ["model.depth", 5]],
        [["rate", 0.3], ["model.depth", 1]],
        [["rate", 0.3], ["model.depth", 5]],
    ]
    assert done["best"] == 2 and done["trials"][0]["objective"] == 0.01
    for trial in done["trials"]:
        run = next(run for run in runs(place) if run.id == trial["run"])
        assert {f"sweep:{done['sweep']}", f"trial:{trial['trial']}"} <= set(run.tags)
        assert (run.data.rate, run.data.model["depth"]) == tuple(value for _, value in trial["values"])
        assert run.data.loss == trial["objective"]


def test_decorators_have_the_values_of_a_trial(place) -> None:
    done = place.sweep("flow.py", "--grid", "model.kind=forest,linear")
    kinds = {dict(map(tuple, trial["values"]))["model.kind"]: trial["run"] for trial in done["trials"]}
    assert {run.data.kind for run in runs(place) if run.id == kinds["forest"]} == {"forest"}
    assert {run.data.kind for run in runs(place) if run.id == kinds["linear"]} == {"linear"}


def test_a_trial_that_fails_stops_no_other(place) -> None:
    done = place.sweep("flow.py", "--grid", "rate=9,0.3", "--objective", "loss", "-j", "1", exit_code=1)
    failed = next(trial for trial in done["trials"] if trial["state"] == "failed")
    assert done["done"] == 1 and "this rate is too much" in failed["why"]
    again = place.sweep("--resume", done["sweep"], exit_code=1)
    assert (again["done"], again["failed"]) == (1, 1)


def test_a_sweep_that_was_killed_goes_on(place) -> None:
    words = ["flow.py", "--grid", "rate=0.1,0.2,0.3,0.4", "--objective", "loss", "-j", "2", "--pause", "True"]
    sweep = subprocess.Popen(
        [place.command, "sweep", *words],
        cwd=place.folder,
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    journals = place.folder / ".spinloom/sweeps"
    while not (journals.is_dir() and any("planned" in one.read_text() for one in journals.glob("*.jsonl"))):
        assert sweep.poll() is None
        time.sleep(0.01)
    os.kill(sweep.pid, signal.SIGKILL)
    sweep.wait()
    (id,) = (one.stem for one in journals.glob("*.jsonl"))
    before = place.sweep("--show", id)
    assert before["done"] == 0 and before["open"] == 4
    (place.folder / "go").touch()
    after = place.sweep("--resume", id)
    assert (after["done"], after["failed"], after["open"]) == (4, 0, 0)
    assert sorted(trial["trial"] for trial in after["trials"]) == [0, 1, 2, 3]
    planned = [json.loads(line) for line in (journals / f"{id}.jsonl").read_text().splitlines()]
    assert sum(one["event"] == "planned" for one in planned) == 4
    assert sum(one["event"] == "ended" for one in planned) == 4


def test_other_code_is_another_sweep(place) -> None:
    done = place.sweep("flow.py", "--grid", "rate=9", "--objective", "loss", exit_code=1)
    text = (place.folder / "flow.py").read_text()
    (place.folder / "flow.py").write_text(text.replace("rate > 1", "rate > 10"))
    refused = place.spinloom("sweep", "--resume", done["sweep"], "--retry-failed", exit_code=7)
    assert "is not what the sweep" in refused.text
    again = place.sweep("--resume", done["sweep"], "--retry-failed", "--allow-code-change")
    assert again["done"] == 1


def test_optuna_searches(place) -> None:
    words = (
        "flow.py",
        "--optuna",
        "12",
        "--space",
        "rate=0.0..1.0",
        "--space",
        "model.kind=tree,linear",
        "--objective",
        "loss",
    )
    done = place.sweep(*words, "--seed", "3", "-j", "1")
    assert done["done"] == 12
    assert all(0 <= dict(map(tuple, trial["values"]))["rate"] <= 1 for trial in done["trials"])
    assert done["trials"][0]["objective"] == min(trial["objective"] for trial in done["trials"])


def test_settings_of_a_project_are_swept(place) -> None:
    (place.folder / "spinloom.yaml").write_text('project: demo\nmetaflows: {paths: ["*.py"], bindings: ["*"]}\n')
    (place.folder / "settings").mkdir()
    (place.folder / "settings/settings.configuration.yaml").write_text("model: {slope: 1.0}\ntwice: ${.model.slope}\n")
    (place.folder / "settings/settings.configuration.A.yaml").write_text("{}\n")
    (place.folder / "fit.py").write_text(
        "from spinloom import FlowSpec, ProjectSettings, step\n\n"
        "class Fit(FlowSpec, ProjectSettings):\n"
        "    @step\n    def start(self):\n        self.next(self.end)\n\n"
        "    @step\n    def end(self):\n        self.loss = self.settings.configuration.twice\n\n"
        "if __name__ == '__main__':\n    Fit()\n"
    )
    done = place.sweep("fit", "--grid", "model.slope=2.0,0.5", "--objective", "loss")
    assert [trial["objective"] for trial in done["trials"]] == [0.5, 2.0]
    refused = place.spinloom("sweep", "fit", "--grid", "model.slope=steep", "--objective", "loss", exit_code=1)
    assert "is text here and a number" in refused.text
