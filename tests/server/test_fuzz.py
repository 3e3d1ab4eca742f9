"""Nothing that its OpenAPI document allows, or forbids, breaks the server."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.product import REPOSITORY, Product
from support.serving import Serving

FUZZER = REPOSITORY / ".venv-servers" / "bin" / "st"
# A response is what the document says, whatever was asked.
CHECKS = "not_a_server_error,content_type_conformance,status_code_conformance,response_schema_conformance"
# A WebSocket is not asked by requests; what waits for more lines of a log or for another spin, waits.
LEFT_OUT = r"/live$|/log$|/spins(/\{flow\}/\{step\})?$"


@pytest.fixture
def server(spinloom: Product, tmp_path: Path) -> Iterator[Serving]:
    """A server with a run to look at."""
    shutil.copy(REPOSITORY / "examples" / "hello" / "flow.py", tmp_path / "flow.py")
    assert spinloom.run(["flow.py", "run"], tmp_path).exit_code == 0
    serving = Serving(spinloom, tmp_path)
    serving.start()
    yield serving
    serving.kill()


def test_requests_of_all_kinds_are_answered_as_the_document_says(server: Serving, tmp_path: Path) -> None:
    words = ["run", f"{server.url}/api/v1/openapi.json", "--checks", CHECKS, "--exclude-path-regex", LEFT_OUT]
    words += ["--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--generation-deterministic"]
    done = subprocess.run(
        [FUZZER, *words, "--no-color", "--continue-on-failure"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-10_000:] + done.stderr
