"""The two products under test, spinloom and the Metaflow it is compared with, and how to run either in isolation."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

#: Longest any single command may take before the test gives up on it: a bound against hanging, never a measure.
PATIENCE_SECONDS = 120

#: What a test passes on from the caller's environment. Everything else would make tests depend on the machine.
_PASSED_ON = ("LD_LIBRARY_PATH", "SSL_CERT_FILE", "TMPDIR", "RUST_BACKTRACE")


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """Everything the command wrote, standard output first."""
        return self.stdout + self.stderr


@dataclass(frozen=True)
class Product:
    """A Python interpreter in which `from metaflow import …` works."""

    name: str
    python: Path
    extra_env: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def bin(self) -> Path:
        """The folder of the interpreter, where the product's commands are too."""
        return self.python.parent

    @property
    def is_metaflow(self) -> bool:
        """Whether this is the real Metaflow (also true of both sides in a self-check)."""
        return not (self.bin / "spinloom").exists()

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """The whole environment of a command: a user, a home and a search path of its own."""
        env = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        env |= {
            "PATH": f"{self.bin}:{_system_path()}",
            "HOME": str(home),
            "USER": "tester",
            "METAFLOW_USER": "tester",
            "METAFLOW_HOME": str(home / ".metaflowconfig"),
            "METAFLOW_CLIENT_CACHE_PATH": str(home / "client-cache"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "COLUMNS": "100",
            "PYTHONDONTWRITEBYTECODE": "1",
            "SPINLOOM_SPIN_DAEMON": "0",
        }
        return env | self.extra_env | more

    def run(self, arguments: list[str], folder: Path, **env: str) -> Outcome:
        """Runs the interpreter with `arguments` in `folder` and waits for it."""
        return run([str(self.python), *arguments], folder, self.environment(folder, **env))

    def shell(self, command: str, folder: Path, **env: str) -> Outcome:
        """Runs one line of shell in `folder`, where `python` is this product's; errors are in `stdout`, in order."""
        return run(["/bin/sh", "-c", f"{{ {command}\n}} 2>&1"], folder, self.environment(folder, **env))


def spinloom() -> Product:
    """The product under test: `SPINLOOM_TEST_PYTHON`, else the repository's own environment.

    `SPINLOOM_TEST_ISOLATION=spawn` has all its runs start a fresh interpreter for each task.
    """
    python = _interpreter("SPINLOOM_TEST_PYTHON", ".venv/bin/python")
    assert python.exists(), f"{python} does not exist: run ./setup, or point SPINLOOM_TEST_PYTHON at an interpreter"
    isolation = os.environ.get("SPINLOOM_TEST_ISOLATION")
    commands = ("RUN", "RESUME") if isolation else ()
    return Product("spinloom", python, {f"SPINLOOM_{command}_ISOLATION": str(isolation) for command in commands})


def metaflow() -> Product:
    """The real Metaflow: `SPINLOOM_TEST_METAFLOW_PYTHON`, else an environment that `./setup --metaflow` makes."""
    python = _interpreter("SPINLOOM_TEST_METAFLOW_PYTHON", ".venv-metaflow/bin/python")
    if not python.exists():
        subprocess.run(["./setup", "--metaflow"], cwd=REPOSITORY, check=True)
    return Product("Metaflow", python)


def updating() -> bool:
    """Whether snapshots are to be rewritten (`UPDATE_SNAPSHOTS=1`) instead of compared."""
    return os.environ.get("UPDATE_SNAPSHOTS", "") not in ("", "0")


def _interpreter(variable: str, default: str) -> Path:
    """The interpreter named by an environment variable, or the repository's; links are kept, as they name the environment."""
    return Path(os.environ.get(variable, REPOSITORY / default)).absolute()


def run(command: list[str], folder: Path, env: dict[str, str]) -> Outcome:
    """Runs a command in its own session, so that giving up on it ends everything it started."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            stderr += f"\n[gave up after {PATIENCE_SECONDS} s]\n".encode()
    return Outcome(
        process.returncode, stdout.decode(errors="backslashreplace"), stderr.decode(errors="backslashreplace")
    )


def _system_path() -> str:
    """The caller's search path without any virtual environment, so that only one product can be found on it."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if folder and not Path(folder, "..", "pyvenv.cfg").exists())
