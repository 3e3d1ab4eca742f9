"""`examples/extension`: a package that adds to Spinloom, installed as packages are."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

FLOW = "examples/extension/flow.py"


@pytest.fixture(scope="module")
def site(shared) -> Path:
    """The package, built and installed into a folder."""
    folder = shared.folder / "site"
    words = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(folder)]
    command = [str(shared.product.python), "-m", "pip", *words, str(shared.examples / "extension")]
    subprocess.run(command, check=True, cwd=shared.folder)
    return folder


@pytest.fixture
def told(shared, site):
    """Runs `spinloom …` with the package."""
    vault = str(shared.examples / "extension/vault.json")

    def spinloom(*words: str, exit_code: int = 0, **env: str):
        return shared.spinloom(*words, exit_code=exit_code, PYTHONPATH=str(site), ACME_VAULT=vault, **env)

    return spinloom


def test_its_decorators_and_secrets_work(told, shared) -> None:
    """DE-07."""
    told("run", FLOW)
    run = shared.latest("AcmeFlow")
    assert run["start"].task.stdout == "loader has a password of 14 characters\n"
    with run.code.tarball as package:
        assert package.extractfile("rules.txt").read() == b"No flow without an owner.\n"


def test_with_finds_its_step_decorator(told) -> None:
    """RU-13."""
    refused = told("run", "examples/hello/flow.py", "--with", "big", "--budget", "cpu=1", exit_code=2)
    assert "cpu=8,memory=32000" in refused.text
    of_a_flow = told("run", "examples/hello/flow.py", "--with", "owned", exit_code=3)
    assert "`owned` is a flow decorator" in of_a_flow.text


def test_what_its_vault_lacks_fails_the_step(told) -> None:
    spun = told("run", "examples/hello/flow.py", "--with", 'secrets:sources=["acme-vault.nothing"]', exit_code=1)
    assert (
        "the source `acme-vault.nothing` cannot be fetched: LookupError: the vault has no entry `nothing`" in spun.text
    )
    refused = told("run", "examples/hello/flow.py", "--with", 'secrets:sources=["acme-vault.a/b"]', exit_code=3)
    assert "is refused: ValueError: names in the vault have no `/`" in refused.text
