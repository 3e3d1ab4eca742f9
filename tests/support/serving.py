"""A `spinloom server` for tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from support import product
from support.product import Product


@dataclass
class Serving:
    """A `spinloom server` that can be killed and started again on its port."""

    product: Product
    folder: Path
    port: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("server",)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it, and waits until it listens."""
        command = [str(self.product.bin / "spinloom"), *self.command, "--port", str(self.port)]
        said = self.folder / "said"
        with open(said, "w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.product.environment(self.folder, **self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for _ in range(product.PATIENCE_SECONDS * 100):
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", said.read_text()):
                self.port = int(found[1])
                return
            assert self.process.poll() is None, said.read_text()
            time.sleep(0.01)
        raise TimeoutError("the server does not listen")

    @property
    def said(self) -> str:
        """What it has printed."""
        return (self.folder / "said").read_text()

    def kill(self) -> None:
        """Ends it as the kernel would that is out of memory."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
