"""Files, databases and connections that an import opens: forked tasks would share one offset, one transaction, one stream."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Pit

OPEN_SQLITE = """
    import sqlite3
    DB = sqlite3.connect("notes.db", timeout=60)
    DB.execute("create table if not exists notes (item)")
    DB.commit()
"""
OPEN_HTTP = """
    import http.client
    CONNECTION = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=60)
    def ask(path):
        CONNECTION.request("GET", path)
        return CONNECTION.getresponse().read().decode()
    ask("/import")
"""
OPEN_FILE = "LINES = open(__file__)"


class Echo(BaseHTTPRequestHandler):
    """Says the path back, and keeps the connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *words: object) -> None:
        """Says nothing of its own."""


@pytest.fixture
def port() -> Iterator[str]:
    """A server that keeps connections open."""
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield str(server.server_address[1])
        server.shutdown()


NOTE = "DB.execute('insert into notes values (?)', [item])\nDB.commit()\nsaw = item"
READ = "saw = len(LINES.readlines()) > 0"


def test_an_open_database(pit: Pit) -> None:
    """SQLite forbids to carry a connection into a forked process: locks of one task would be the other's, too."""
    ending = pit.run(OPEN_SQLITE, NOTE)
    assert ending.fresh_for_a_reason
    assert "notes.db` open" in ending.said
    assert ending.saw == [0, 1, 2]


def test_an_open_connection(pit: Pit, port: str) -> None:
    """Answers to one task would be read by another."""
    ending = pit.run(OPEN_HTTP, "saw = ask(f'/{item}')", PORT=port)
    assert ending.fresh_for_a_reason
    assert ending.saw == ["/0", "/1", "/2"]


def test_an_open_file(pit: Pit) -> None:
    """Forked tasks would share where they are in it: what one has read, no other could."""
    ending = pit.run(OPEN_FILE, READ)
    assert ending.fresh_for_a_reason
    assert ending.saw == [True] * 3


def test_an_event_loop(pit: Pit) -> None:
    """What one task awaits would wake another."""
    body = "saw = LOOP.run_until_complete(asyncio.sleep(0, item))"
    ending = pit.run("import asyncio\nLOOP = asyncio.new_event_loop()", body)
    assert ending.fresh_for_a_reason
    assert ending.saw == [0, 1, 2]


def test_a_process_with_a_pipe(pit: Pit) -> None:
    """Each task gets a process of its own to talk to."""
    imports = """
        import subprocess
        CHILD = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    """
    ending = pit.run(imports, "saw = CHILD.communicate(str(item))[0]")
    assert ending.fresh_for_a_reason
    assert ending.saw == ["0", "1", "2"]


@pytest.mark.parametrize(
    "imports",
    [
        "with open(__file__) as source:\n    TEXT = source.read()",
        "import logging\nlogging.basicConfig(filename='flow.log')",
        "import mmap\nwith open(__file__) as source:\n    MAP = mmap.mmap(source.fileno(), 0, prot=mmap.PROT_READ)",
        "NOWHERE = open(os.devnull, 'w')",
    ],
    ids=["closed again", "a log that is appended to", "mapped", "nowhere"],
)
def test_what_may_be_shared(pit: Pit, imports: str) -> None:
    assert pit.run(imports, "saw = item").forked_silently


def test_forking_all_the_same(pit: Pit) -> None:
    ending = pit.run(OPEN_FILE, "saw = item", isolation="fork")
    assert not ending.fresh
    assert "which forked tasks would share" in ending.said
