"""Asks the Client one question, the same in either product; prints how many answers it got and the seconds it took.

Usage: python questions.py runs | artifacts
"""

import sys
import time

from metaflow import Flow, namespace


def runs() -> list:
    """Every run with its status and its end."""
    return [(run.id, run.successful, run.finished, run.finished_at) for run in Flow("ThreeSteps")]


def artifacts() -> list:
    """One artifact of each task of a foreach."""
    return [task["result"].data["numbers"] for task in Flow("Reads").latest_run["work"]]


namespace(None)
began = time.perf_counter()
answers = {"runs": runs, "artifacts": artifacts}[sys.argv[1]]()
seconds = time.perf_counter() - began
assert all(answers), "an answer is missing"
print(len(answers), seconds)
