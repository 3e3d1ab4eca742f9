"""Our server as the metadata service of an unmodified Metaflow."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.product import Product, run


@dataclass(frozen=True)
class Service:
    """A running server, and the folder its store is in."""

    url: str
    folder: Path
    spinloom: Product

    def client(self, metaflow: Product) -> Product:
        """The same Metaflow, told where its metadata service is and nothing else."""
        told = {"METAFLOW_SERVICE_URL": self.url, "METAFLOW_DEFAULT_METADATA": "service"}
        return replace(metaflow, name="Metaflow with our service", extra_env=metaflow.extra_env | told)

    def get(self, path: str) -> Any:
        """What the service answers."""
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def ours(self, *arguments: str) -> Any:
        """What a command of ours says of the store of the server."""
        env = self.spinloom.environment(self.folder, SPINLOOM_OUTPUT="json")
        outcome = run([str(self.spinloom.bin / "spinloom"), *arguments], self.folder, env)
        assert outcome.exit_code == 0, outcome.text
        return json.loads(outcome.stdout)["data"]


@contextmanager
def serving(spinloom: Product, folder: Path, *options: str, port: str = "0") -> Iterator[Service]:
    """A server over the store of `folder`, at a free port unless one is named, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(spinloom.bin / "spinloom"), "server", "--port", port, *options]
    log = folder / "server.log"
    with log.open("w") as told:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=spinloom.environment(folder),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdout=told,
        )
    assert process.stderr is not None
    try:
        line = process.stderr.readline().decode()
        found = re.search(r"http://\S+", line)
        assert found, f"the server says {line!r}"
        yield Service(found.group().rstrip("/"), folder, spinloom)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        process.stderr.close()
