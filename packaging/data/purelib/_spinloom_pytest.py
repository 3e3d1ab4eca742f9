"""Fixtures for tests of flows; see `spinloom.testing`.

pytest imports this module at its start wherever Spinloom is installed, so it imports nothing of Spinloom: who does not
use a fixture does not pay for it.
"""

import pytest


@pytest.fixture
def spinloom_store(tmp_path, monkeypatch):
    """The folder that holds a store of this test's own; what the test runs is recorded there, and the Client reads it."""
    from spinloom.testing import use_store

    with use_store(tmp_path, monkeypatch.setenv):
        yield tmp_path


@pytest.fixture
def run_flow(spinloom_store):
    """`run_flow(flow, **parameters)` runs a flow's file or class in a store of its own, and returns the run."""
    from spinloom.testing import run_flow

    return run_flow


@pytest.fixture
def spin_step(spinloom_store):
    """`spin_step(flow, pathspec, artifacts={...})` runs one step by itself; its artifacts are attributes of what it returns."""
    from spinloom.testing import spin_step

    return spin_step
