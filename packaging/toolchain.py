"""Finds a Rust toolchain new enough for the workspace, or gets one through rustup."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

RUSTUP = "rustup==1.29.0.1"
COMPONENTS = ["--profile", "minimal", "--component", "rustfmt", "--component", "clippy"]
STABLE = {"RUSTUP_TOOLCHAIN": "stable"}


class Missing(Exception):
    """No usable toolchain, and none to be had."""


@dataclass(frozen=True)
class Cargo:
    """A cargo that runs, and the variables it wants."""

    program: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The environment to run it in: its own folder is on the path, for `rustc` and `rustfmt` beside it."""
        path = f"{Path(self.program).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**os.environ, "PATH": path, **self.variables}

    def version(self) -> tuple[int, int]:
        """Its version, or (0, 0) when it does not run."""
        env = {**self.environment(), "RUSTUP_AUTO_INSTALL": "0"}
        try:
            said = subprocess.run([self.program, "--version"], env=env, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return 0, 0
        found = re.match(r"cargo (\d+)\.(\d+)", said.stdout)
        return (int(found[1]), int(found[2])) if found else (0, 0)


def required_version(root: Path) -> tuple[int, int]:
    """`rust-version` of the workspace."""
    manifest = tomllib.loads((root / "Cargo.toml").read_text())
    major, minor = manifest["workspace"]["package"]["rust-version"].split(".")[:2]
    return int(major), int(minor)


def candidates(root: Path) -> Iterator[Cargo]:
    """Every cargo this machine may have, the user's own choice first."""
    home, boot = os.path.expanduser("~/.cargo/bin"), str(root / ".boot" / "bin")
    for path, variables in ((None, {}), (home, {}), (None, STABLE), (home, STABLE), (boot, STABLE)):
        if program := shutil.which("cargo", path=path):
            yield Cargo(program, variables)


def find_or_get(root: Path, python: Path, say: Callable[[str], None]) -> Cargo:
    """The cargo to use; installs the stable toolchain when none is new enough."""
    wanted = required_version(root)
    for attempt in range(2):
        for cargo in candidates(root):
            if cargo.version() >= wanted:
                return cargo
        if attempt == 0:
            say(f"no Rust {wanted[0]}.{wanted[1]} or newer on this machine: getting the stable toolchain")
            install_stable(root, python)
    raise Missing(
        f"Rust {wanted[0]}.{wanted[1]} or newer is needed to build Spinloom and could not be installed here; "
        "install it from https://rustup.rs and run ./setup again"
    )


def install_stable(root: Path, python: Path) -> None:
    """Installs the stable toolchain with the machine's rustup, or with the one PyPI has, put into `.boot`."""
    boot = root / ".boot"
    places = (None, os.path.expanduser("~/.cargo/bin"), str(boot / "bin"))
    rustup = next(filter(None, (shutil.which("rustup", path=path) for path in places)), None)
    if not rustup:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "--target", boot, RUSTUP])
        rustup = shutil.which("rustup", path=str(boot / "bin"))
    if rustup:
        subprocess.run([rustup, "toolchain", "install", "stable", *COMPONENTS])
