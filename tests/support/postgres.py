"""A real PostgreSQL for tests, of the Debian package that `./setup --servers` installs."""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from support import product

#: Without a promise that anything survives a loss of power.
CHEAP = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB")
#: PostgreSQL refuses to be root: it is nobody in particular then.
NOBODY = 65534


@dataclass
class Postgres:
    """A server on a free port of this machine."""

    programs: Path
    folder: Path
    port: int
    settings: tuple[str, ...] = CHEAP
    process: subprocess.Popen[bytes] | None = None
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = [part for setting in self.settings for part in ("-c", setting)]
        command = [self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port), *options]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*command, "-c", f"unix_socket_directories={self.folder}", "-c", "listen_addresses=127.0.0.1"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **_unprivileged(),
            )
        ask = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        for _ in range(product.PATIENCE_SECONDS * 20):
            if subprocess.run(ask).returncode == 0:
                return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        raise TimeoutError("PostgreSQL does not answer")

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            self.process = None

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"test{next(self.numbers)}"
        make = [self.programs / "createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "app", name]
        subprocess.run(make, check=True)
        return f"postgres://app@127.0.0.1:{self.port}/{name}"


@functools.cache
def server(settings: tuple[str, ...] = CHEAP) -> Postgres:
    """The server of this process with such settings; it ends with the process."""
    found = _programs()
    if not found:
        subprocess.run(["./setup", "--servers"], cwd=product.REPOSITORY, check=True)
        found = _programs()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.getuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Postgres(found[-1], folder, free.getsockname()[1], settings)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(made.kill)
    options = ["-U", "app", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8"]
    initdb = [made.programs / "initdb", *options, "-D", folder / "data"]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/", **_unprivileged())
    made.start()
    return made


def _programs() -> list[Path]:
    """Where PostgreSQL is, the newest last."""
    found = (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return sorted(found, key=lambda path: int(path.parent.name))


def _unprivileged() -> dict[str, int | list[int]]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
