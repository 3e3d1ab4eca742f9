"""Stamps: what a step was last done from, so that it is skipped while that has not changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


def files_under(roots: Iterable[Path], skip: Iterable[Path] = ()) -> Iterator[Path]:
    """Every file of `roots`, in a fixed order, but for caches and the folders in `skip`."""
    skipped = {str(folder) for folder in skip}
    for root in roots:
        if root.is_file():
            yield root
            continue
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(
                name for name in folders if name != "__pycache__" and os.path.join(folder, name) not in skipped
            )
            for name in sorted(names):
                yield Path(folder, name)


@dataclass(frozen=True)
class Inputs:
    """What a step is made from: files, and words such as the interpreter's path."""

    files: tuple[Path, ...]
    words: tuple[str, ...] = ()

    def quick(self) -> str:
        """A hash of names, sizes and times: cheap, and changed by `touch` too."""
        seen = hashlib.sha256(repr(self.words).encode())
        for file in self.files:
            stat = file.stat()
            seen.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
        return seen.hexdigest()

    def content(self) -> str:
        """A hash of names and contents: what decides."""
        seen = hashlib.sha256(repr(self.words).encode())
        for file in self.files:
            seen.update(f"{file}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
        return seen.hexdigest()


@dataclass(frozen=True)
class Stamp:
    """The record of one finished step, `.setup/<name>.json`."""

    path: Path

    def is_current(self, inputs: Inputs, outputs: Iterable[Path]) -> bool:
        """Whether the step was finished from these very inputs and what it made is still there."""
        recorded = self._read()
        if recorded is None or not all(output.exists() for output in outputs):
            return False
        quick = inputs.quick()
        if recorded.get("quick") == quick:
            return True
        content = inputs.content()
        if recorded.get("content") != content:
            return False
        self._write({"quick": quick, "content": content})
        return True

    def forget(self) -> None:
        """Called before the step starts: one that is interrupted is done again."""
        self.path.unlink(missing_ok=True)

    def record(self, quick: str, content: str) -> None:
        """Called when the step is finished, with the hashes taken before it started."""
        self._write({"quick": quick, "content": content})

    def _read(self) -> dict[str, str] | None:
        try:
            recorded = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return None
        return recorded if isinstance(recorded, dict) else None

    def _write(self, recorded: dict[str, str]) -> None:
        self.path.parent.mkdir(exist_ok=True)
        new = self.path.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(recorded))
        new.replace(self.path)
