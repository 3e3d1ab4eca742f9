"""Builds the two native parts with cargo: the `spinloom` command and the extension module `spinloom._native`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "packaging" / "data"
COMMAND_IN_WHEEL = DATA / "scripts" / "spinloom"
COMMAND = ["build", "--package", "spinloom-cli", "--bin", "spinloom"]
EXTENSION = ROOT / "python" / "spinloom" / "_native.abi3.so"


def target_folder(profile: str) -> Path:
    """Where cargo leaves what it builds with `profile`."""
    base = Path(os.environ.get("CARGO_TARGET_DIR") or "target")
    return ROOT / base / ("debug" if profile == "dev" else profile)


def place(built: Path, at: Path) -> None:
    """Copies `built` to `at` by rename, so a running command or a loaded module keeps its old file."""
    if at.exists() and at.stat().st_mtime_ns == built.stat().st_mtime_ns and at.stat().st_size == built.stat().st_size:
        return
    at.parent.mkdir(parents=True, exist_ok=True)
    new = at.with_name(f".{at.name}.{os.getpid()}")
    try:
        shutil.copy2(built, new)
        new.replace(at)
    finally:
        new.unlink(missing_ok=True)


def cargo(arguments: list[str], program: str | None = None, env: dict[str, str] | None = None) -> None:
    """Runs cargo in the checkout; its progress goes to the terminal."""
    subprocess.run([program or shutil.which("cargo") or "cargo", *arguments], cwd=ROOT, env=env, check=True)


def build_command(profile: str) -> Path:
    """Builds the `spinloom` command and puts it where maturin takes a wheel's scripts from."""
    cargo([*COMMAND, "--profile", profile])
    built = target_folder(profile) / "spinloom"
    place(built, COMMAND_IN_WHEEL)
    return built


def build_for_checkout(program: str | None = None, env: dict[str, str] | None = None) -> Path:
    """Builds both parts with the dev profile and puts the extension beside the Python sources; returns the command."""
    packages = ["--package", "spinloom-cli", "--package", "spinloom-python"]
    cargo(["build", "--profile", "dev", *packages], program, env)
    folder = target_folder("dev")
    library = "lib_native.dylib" if sys.platform == "darwin" else "lib_native.so"
    place(folder / library, EXTENSION)
    place(folder / "spinloom", COMMAND_IN_WHEEL)
    return folder / "spinloom"
