"""`examples/metaboost-demo`: one flow under the settings of two bindings."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from support.product import run


@pytest.fixture
def demo(place):
    """The example on the branch `demoX`."""
    folder = place.examples / "metaboost-demo"
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "demoX"], cwd=folder, check=True)
    return folder


def spinloom(place, demo, *words: str, exit_code: int = 0):
    command = [str(place.product.bin / "spinloom"), *words]
    outcome = run(command, demo, place.product.environment(demo))
    assert outcome.exit_code == exit_code, outcome.text
    return outcome


def test_each_binding_trains_on_its_own_features(place, demo) -> None:
    spinloom(place, demo, "flow", "run", "training", "--all", "-j", "2")
    from spinloom.client import Client

    runs = list(Client(str(demo), namespace=None).flow("DemoTraining").runs())
    features = {run.data.settings["system"]["binding"]: run.data.weights for run in runs}
    assert features.keys() == {"EXP_01", "EXP_02"}
    assert list(features["EXP_01"]) == ["runtime", "content_type", "top_billed_talent"]
    assert features["EXP_02"] == {"runtime": 3.0, "director": 2.0, "box_office": -1.0}


def test_the_printed_command_can_be_run_again(place, demo) -> None:
    words = ("flow", "run", "training@EXP_02", "model.fit_intercept=false", "--prediction_date", "7")
    shown = spinloom(place, demo, *words, "--dry-run").stdout
    line = next(line for line in shown.splitlines() if line.startswith("- "))
    command = shlex.split(line[2:])
    assert command[-3:] == ["run", "--prediction_date", "7"]
    outcome = run(command, demo, place.product.environment(demo))
    assert outcome.exit_code == 0, outcome.text
    assert "settings.configuration.model.fit_intercept = False" in outcome.text


def test_the_flow_runs_by_itself(place, demo) -> None:
    """Which binding is meant is said by a variable where no command says it."""
    flow = "metaflows/training.py"
    refused = spinloom(place, demo, "run", flow, exit_code=2)
    assert "error[SL0803]: `training` is bound to several" in refused.text
    command = [str(place.product.bin / "spinloom"), "run", flow]
    outcome = run(command, demo, place.product.environment(demo, SPINLOOM_BINDING="EXP_01"))
    assert outcome.exit_code == 0, outcome.text


def test_every_check_passes(place, demo) -> None:
    for words in (("settings", "validate"), ("table", "validate"), ("workflow", "validate")):
        spinloom(place, demo, *words)
