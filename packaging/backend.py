"""The PEP 517 build backend: maturin's, with the native command added, and an editable install of our own.

maturin builds one kind of thing a wheel, a module or a command (its issue 368). We ship both: cargo builds the command
first, into `packaging/data/scripts`, and maturin puts what is in `packaging/data` into the wheel as it is.

An editable install is made here and not by maturin so that it is built with the very flags of every other cargo command
of the checkout (`.cargo/config.toml`): nothing is compiled twice.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import maturin
import native_build
import pages

SETTINGS = dict[str, Any] | None

build_sdist = maturin.build_sdist
get_requires_for_build_sdist = maturin.get_requires_for_build_sdist
get_requires_for_build_wheel = maturin.get_requires_for_build_wheel
get_requires_for_build_editable = maturin.get_requires_for_build_editable
prepare_metadata_for_build_wheel = maturin.prepare_metadata_for_build_wheel
prepare_metadata_for_build_editable = maturin.prepare_metadata_for_build_wheel


def build_wheel(wheel_directory: str, config_settings: SETTINGS = None, metadata_directory: str | None = None) -> str:
    """A release wheel: extension module, native command, Python sources and the compatibility finder."""
    if not ((pages.DIST / "index.html").exists() and (pages.CARDS / "cards.js").exists()):
        raise SystemExit("the pages of the GUI are not built: run ./setup first")
    native_build.build_command("release")
    return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: SETTINGS = None, metadata_directory: str | None = None
) -> str:
    """A wheel whose `.pth` file points at `python/`, with the natives of the dev profile."""
    native_build.build_for_checkout()
    with tempfile.TemporaryDirectory() as scratch:
        info = Path(scratch, prepare_metadata_for_build_wheel(scratch, config_settings))
        stem, tag = info.name.removesuffix(".dist-info"), "py3-none-any"
        files = contents(info, info.name) | contents(native_build.DATA, f"{stem}.data")
        files["_spinloom_editable.pth"] = f"{native_build.ROOT / 'python'}\n".encode()
        files[f"{info.name}/WHEEL"] = (
            f"Wheel-Version: 1.0\nGenerator: spinloom\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
        )
        name = f"{stem}-{tag}.whl"
        write_wheel(Path(wheel_directory, name), files, f"{info.name}/RECORD")
    return name


def contents(folder: Path, prefix: str) -> dict[str, bytes]:
    """The files of a folder by their names in the wheel."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)
    return {f"{prefix}/{file.relative_to(folder).as_posix()}": file.read_bytes() for file in files}


def write_wheel(path: Path, files: dict[str, bytes], record: str) -> None:
    """Writes a wheel of `files` with its `RECORD`."""
    files.pop(record, None)
    lines = []
    # Stored, not compressed: it is unpacked at once and thrown away.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as wheel:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            wheel.writestr(entry, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(content)}")
        wheel.writestr(record, "\n".join([*lines, f"{record},,", ""]))
