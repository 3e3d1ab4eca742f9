"""What a process writes: a file without a name, which is there for as long as somebody holds it."""

from __future__ import annotations

import os
import tempfile
from typing import IO

_PIECE = 1 << 20


class Log:
    """One stream of a process. The process writes to the file itself, so it does not need us to go on."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="spinloom-runner-")  # noqa: SIM115  (open while it is held)

    def fileno(self) -> int:
        """The descriptor the process is given."""
        return self._file.fileno()

    def size(self) -> int:
        """Bytes written so far."""
        return os.fstat(self._file.fileno()).st_size

    def read(self, start: int = 0) -> bytes:
        """What was written so far, from byte ``start`` on."""
        pieces = []
        while piece := os.pread(self._file.fileno(), _PIECE, start):
            pieces.append(piece)
            start += len(piece)
        return b"".join(pieces)

    def text(self) -> str:
        """All that was written so far."""
        return self.read().decode("utf-8", "replace")


class Lines:
    """Reads a log line by line as it grows.

    Args:
        log: the log.
        position: the byte to begin at.
    """

    def __init__(self, log: Log, position: int = 0) -> None:
        self._log = log
        self.position = position
        """The byte after the last line that was returned."""

    def take(self, all_written: bool) -> list[tuple[int, str]]:
        """The lines that are new, each with the byte after it and without its end.

        Args:
            all_written: nothing will be added, so what is left is a line even without an end.
        """
        lines = []
        for line in self._log.read(self.position).splitlines(keepends=True) if self._more() else []:
            if not line.endswith(b"\n") and not all_written:
                break
            self.position += len(line)
            lines.append((self.position, line.rstrip(b"\r\n").decode("utf-8", "replace")))
        return lines

    def _more(self) -> bool:
        return self._log.size() > self.position
