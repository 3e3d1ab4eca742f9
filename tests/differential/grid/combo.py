"""What a flow of the grid is to do beside its own: `COMBO=<step>:<outcome>` chooses a step and what befalls it."""

import os
from pathlib import Path

from metaflow import catch, current, retry

STEP, _, OUTCOME = os.environ.get("COMBO", "").partition(":")


def combo(function):
    """Decorates the chosen step as its outcome needs."""
    if function.__name__ != STEP:
        return function
    if OUTCOME == "catch":
        return catch(var="caught")(function)
    if OUTCOME == "retry":
        return retry(times=1, minutes_between_retries=0)(function)
    return function


def visit(flow, spared=0):
    """Notes that a task was here; in the chosen step, of a foreach in its second item, what is to befall it does.

    `spared` is the item that nothing befalls.
    """
    flow.trace = [*getattr(flow, "trace", []), current.step_name]
    if current.step_name != STEP or flow.index == spared:
        return
    again = OUTCOME == "retry" and current.retry_count == 0
    if OUTCOME == "catch" or again or (OUTCOME == "fail" and not Path("mended").exists()):
        raise ValueError(f"{current.step_name}: {OUTCOME}")
