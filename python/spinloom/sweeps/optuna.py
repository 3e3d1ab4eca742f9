"""`python -m spinloom sweep-optuna`: asks Optuna for the values of trials, and tells it what they came to, in lines of JSON."""

from __future__ import annotations

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _distribution(optuna: Any, choices: dict[str, Any]) -> Any:
    if choices["kind"] == "values":
        # Optuna takes scalars only, so that anything is its text.
        return optuna.distributions.CategoricalDistribution([json.dumps(one) for one in choices["values"]])
    low, high, log = choices["low"], choices["high"], choices["log"]
    if choices["whole"]:
        return optuna.distributions.IntDistribution(int(low), int(high), log=log)
    return optuna.distributions.FloatDistribution(low, high, log=log)


def main() -> int:
    """The first line says what is searched, and what is known; each that follows asks for a trial or tells of one."""
    try:
        import optuna
    except ImportError:
        print(json.dumps({"missing": "optuna"}), flush=True)
        return 0
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    begin = json.loads(sys.stdin.readline())
    axes = begin["axes"]
    space = {axis["key"]: _distribution(optuna, axis["choices"]) for axis in axes}
    kinds = {axis["key"]: axis["choices"]["kind"] for axis in axes}
    # With constant liar, trials that run count as bad: those asked for meanwhile look elsewhere.
    sampler = optuna.samplers.TPESampler(seed=begin["seed"], constant_liar=True)
    study = optuna.create_study(direction=begin["direction"], sampler=sampler)
    for known in begin["history"]:
        params = {key: json.dumps(value) if kinds[key] == "values" else value for key, value in known["values"]}
        good = known["objective"] is not None
        study.add_trial(
            optuna.trial.create_trial(
                state=optuna.trial.TrialState.COMPLETE if good else optuna.trial.TrialState.FAIL,
                params=params,
                distributions=space,
                value=known["objective"] if good else None,
            )
        )
    print(json.dumps({"version": optuna.__version__}), flush=True)
    asked: dict[int, Any] = {}
    for line in sys.stdin:
        request = json.loads(line)
        number = request["trial"]
        if request["do"] == "ask":
            trial = asked[number] = study.ask(space)
            values = [
                [key, json.loads(value) if kinds[key] == "values" else value] for key, value in trial.params.items()
            ]
            print(json.dumps({"values": values}), flush=True)
        elif number in asked:
            if request["objective"] is None:
                study.tell(asked.pop(number), state=optuna.trial.TrialState.FAIL)
            else:
                study.tell(asked.pop(number), request["objective"])
    return 0
