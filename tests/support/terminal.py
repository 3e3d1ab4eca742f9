"""A terminal of a chosen size: a command run on a pseudo-terminal, and what its screen shows."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from pathlib import Path

from support.product import PATIENCE_SECONDS

_TOKEN = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+")


class Screen:
    """As much of a terminal as a display that is redrawn needs. Rows never scroll out."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.rows: list[str] = [""]
        self.row = self.column = 0
        #: Whether anything was coloured.
        self.coloured = False
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Draws what a program wrote."""
        data, self._rest = self._rest + data, b""
        try:
            data.decode()
        except UnicodeDecodeError as cut:
            data, self._rest = data[: cut.start], data[cut.start :]
        if b"\x1b" in data and not _TOKEN.fullmatch(data, data.rindex(b"\x1b")):
            tail = data.rindex(b"\x1b")
            if not re.match(rb"\x1b\[[0-9;?]*[A-Za-z]", data[tail:]):
                data, self._rest = data[:tail], data[tail:] + self._rest
        for token in _TOKEN.findall(data):
            self._draw(token)

    def _draw(self, token: bytes) -> None:
        if token == b"\r":
            self.column = 0
        elif token == b"\n":
            self._down()
        elif token.startswith(b"\x1b["):
            self._control(token[2:-1].decode(), chr(token[-1]))
        else:
            for character in token.decode():
                self._put(character)

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.rows):
            self.rows.append("")

    def _put(self, character: str) -> None:
        if self.column == self.columns:  # a full row wraps with the next character, not before
            self._down()
            self.column = 0
        old = self.rows[self.row].ljust(self.column)
        self.rows[self.row] = old[: self.column] + character + old[self.column + 1 :]
        self.column += 1

    def _control(self, argument: str, what: str) -> None:
        if what == "A":
            self.row = max(0, self.row - int(argument or 1))
        elif what == "B":
            self.row = min(len(self.rows) - 1, self.row + int(argument or 1))
        elif what == "K":
            self.rows[self.row] = "" if argument == "2" else self.rows[self.row][: self.column]
        elif what == "J":
            self.rows[self.row] = self.rows[self.row][: self.column]
            del self.rows[self.row + 1 :]
        elif what == "m":
            self.coloured = True

    @property
    def text(self) -> str:
        """What it shows."""
        return "\n".join(row.rstrip() for row in self.rows)


class Terminal:
    """A command at work on a pseudo-terminal."""

    def __init__(self, command: list[str], folder: Path, env: dict[str, str], columns: int) -> None:
        self.screen = Screen(columns)
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(command[0], command, env)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self._deadline = time.monotonic() + PATIENCE_SECONDS

    def until(self, pattern: str) -> str:
        """Waits until the screen shows `pattern`; returns what it shows then."""
        while not re.search(pattern, self.screen.text, re.M):
            assert self._read(), f"it ended without showing {pattern!r}:\n{self.screen.text}"
        return self.screen.text

    def type(self, keys: bytes) -> None:
        """Presses keys."""
        os.write(self._master, keys)

    def end(self) -> int:
        """Waits for the end of the command; returns its exit code."""
        while self._read():
            pass
        os.close(self._master)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def _read(self) -> bool:
        if not select.select([self._master], [], [], max(0, self._deadline - time.monotonic()))[0]:
            os.killpg(self.pid, signal.SIGKILL)
            raise AssertionError(f"gave up waiting; the screen shows\n{self.screen.text}")
        try:
            data = os.read(self._master, 65536)
        except OSError:  # how Linux tells that the other end is closed
            return False
        self.screen.feed(data)
        return bool(data)
