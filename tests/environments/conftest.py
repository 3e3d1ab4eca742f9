"""What the tests of environments share: a cache of uv's, so that each package is fetched once, and a way to run flows."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.product import Outcome, Product


@dataclass(frozen=True)
class Place:
    """A folder with a flow in it, and caches of environments and of packages."""

    product: Product
    folder: Path
    variables: dict[str, str]

    def write(self, body: str, name: str = "flow.py", imports: str = "pypi, pypi_base") -> None:
        """Writes the flow's file: the class, to which imports and the start are added."""
        start = 'if __name__ == "__main__":\n    PackedFlow()\n'
        text = f"from spinloom import FlowSpec, current, step, {imports}\n\n\n{body.strip()}\n\n\n{start}"
        (self.folder / name).write_text(text)

    def python(self, *arguments: str, **env: str) -> Outcome:
        """Runs the interpreter."""
        return self.product.run(list(arguments), self.folder, **{**self.variables, **env})

    def flow(self, *arguments: str, **env: str) -> Outcome:
        """Runs the flow's command line with `--environment=pypi`."""
        return self.python("flow.py", "--environment=pypi", *arguments, **env)

    def spinloom(self, *arguments: str, **env: str) -> Outcome:
        """Runs the `spinloom` command, for data."""
        command = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
        return self.python("-c", command, str(self.product.bin / "spinloom"), *arguments, **env)

    def artifact(self, step: str, name: str) -> list[Any]:
        """What all tasks of a step of the latest run have of an artifact."""
        code = (
            "import json, sys; from spinloom import Flow, namespace; namespace(None); "
            "print(json.dumps([task[sys.argv[2]].data for task in Flow('PackedFlow').latest_run[sys.argv[1]]]))"
        )
        outcome = self.python("-c", code, step, name)
        assert outcome.exit_code == 0, outcome.text
        return json.loads(outcome.stdout)

    def environments(self) -> list[dict[str, Any]]:
        """The environments that are kept."""
        outcome = self.spinloom("environment", "list", "--json")
        assert outcome.exit_code == 0, outcome.text
        return json.loads(outcome.stdout)["data"]["environments"]


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """uv's cache of packages."""
    return tmp_path_factory.mktemp("uv-cache")


@pytest.fixture
def place(spinloom: Product, packages: Path, tmp_path: Path) -> Place:
    """A folder with an empty cache of environments."""
    indexes = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "PIP_"))}
    folder = tmp_path / "project"
    folder.mkdir()
    variables = {**indexes, "UV_CACHE_DIR": str(packages), "SPINLOOM_ENVIRONMENTS_PATH": str(tmp_path / "environments")}
    return Place(spinloom, folder, variables)
