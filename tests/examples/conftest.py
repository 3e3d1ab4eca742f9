"""A copy of `examples/` in an empty folder, for tests that run them as their pages say."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from spinloom.client import Client, Run
from support.product import REPOSITORY, Outcome, Product, run

EXAMPLES = REPOSITORY / "examples"


@dataclass(frozen=True)
class Place:
    """A folder that holds `examples/` and gets a store of its own."""

    folder: Path
    product: Product

    @property
    def examples(self) -> Path:
        """The copy, which a test may change."""
        return self.folder / "examples"

    def spinloom(self, *arguments: str, exit_code: int = 0, **env: str) -> Outcome:
        """Runs `spinloom …`, which has to end with `exit_code`."""
        command = [str(self.product.bin / "spinloom"), *arguments]
        outcome = run(command, self.folder, self.product.environment(self.folder, **env))
        assert outcome.exit_code == exit_code, outcome.text
        return outcome

    def latest(self, flow: str) -> Run:
        """The newest run of a flow, whoever ran it."""
        run = self.client.flow(flow).latest_run
        assert run is not None
        return run

    @property
    def client(self) -> Client:
        """Reads all that was recorded here."""
        return Client(str(self.folder), namespace=None)


@pytest.fixture
def place(tmp_path: Path, spinloom: Product) -> Place:
    """The examples as they are in the repository, and nothing recorded yet."""
    return _copy(tmp_path, spinloom)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, spinloom: Product) -> Place:
    """The same for all tests of a file, which do not depend on what the others do there."""
    return _copy(tmp_path_factory.mktemp("shared"), spinloom)


def _copy(folder: Path, product: Product) -> Place:
    ignored = shutil.ignore_patterns(".spinloom", "__pycache__", "result.json")
    shutil.copytree(EXAMPLES, folder / "examples", ignore=ignored)
    return Place(folder, product)
