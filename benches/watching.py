"""What watching costs: the server itself, one large run, a long log, and a run that is watched while it works."""

from __future__ import annotations

import base64
import http.client
import json
import os
import random
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from server import rss, serving
from synthetic import make

HERE = Path(__file__).parent
#: Lines of a log of ten megabytes.
LINES = 68_607
TASKS = 10_000
Row = tuple[str, str, str, "float | None", str]
CHATTY = f"""
from spinloom import FlowSpec, step
class Chatty(FlowSpec):
    @step
    def start(self):
        for n in range({LINES}):
            print(f"{{n:06}} epoch {{n % 97}}: loss {{1 / (n + 1):.9f}}, accuracy {{n / {LINES}:.9f}}, learning rate 0.001, a batch of 512 rows, {{n}} seen so far")
        self.next(self.end)
    @step
    def end(self):
        pass
if __name__ == "__main__":
    Chatty()
"""


def watching(python: str) -> Iterator[Row]:
    """Rows of the table that have to do with a store on this machine."""
    program = Path(python).with_name("spinloom")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield from itself(program, Path(folder) / "empty")
        yield from one_run(program, Path(folder) / "large" / ".spinloom")
        yield from a_log(python, program, Path(folder) / "chatty")
        yield from while_it_runs(program, Path(folder))


def itself(program: Path, folder: Path) -> Iterator[Row]:
    """How soon it is there, and what it takes when nobody asks."""
    folder.mkdir()
    began = []
    for _ in range(10):
        at = time.perf_counter()
        with serving(program, folder / ".spinloom") as (url, process):
            ask(url, "about")
            began.append((time.perf_counter() - at) * 1000)
            resident = rss(process.pid)
    yield (
        "from the start of the server to its first answer",
        f"{statistics.median(began):.0f} ms",
        "",
        None,
        "under 100 ms",
    )
    yield "memory when idle", f"{resident:.0f} MB", "609 MB", 609 / resident, "under 60 MB"


def one_run(program: Path, store: Path, metadata: str | None = None) -> Iterator[Row]:
    """The run of fifty thousand tasks."""
    make(store, 1000, 100, 50_000, metadata=metadata)
    with serving(program, store, metadata) as (url, _):
        runs = json.loads(ask(url, "runs?limit=1&query=tag:big")[1])["rows"]
        name = f"flows/{runs[0]['flow']}/runs/{runs[0]['run']}"
        times = [ask(url, f"{name}/tasks.bin", br=True) for _ in range(12)]
        first, size = times[0][0], len(times[0][1])
        later = statistics.median(took for took, _ in times[1:])
        yield (
            "50,000 tasks as columns: first · later",
            f"{first:.0f} · {later:.0f} ms",
            "52,400 ms",
            52_400 / first,
            "under 150 ms",
        )
        yield "— bytes", f"{size / 1e6:.2f} MB", "24 MB", 24e6 / size, "at most 1.2 MB"
        took = sorted(ask(url, name)[0] for _ in range(60))
        yield "the run in one answer", *p50_p95(took), "", None, ""
        tasks = [random.Random(1).randrange(2, 50_000) for _ in range(200)]
        took = sorted(ask(url, f"{name}/tasks/{task}")[0] for task in tasks)
        yield "a task in one answer", *p50_p95(took), "1041 ms", 1041 / took[190], "p95 under 10 ms"


def a_log(python: str, program: Path, folder: Path) -> Iterator[Row]:
    """Pages of a thousand lines of a log of ten megabytes."""
    folder.mkdir()
    (folder / "chatty.py").write_text(CHATTY)
    env = os.environ | {"SPINLOOM_USER": "bench"}
    command = [python, "chatty.py", "--quiet", "run", "--max-log-size", "100"]
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    name = "flows/Chatty/runs/1/tasks/1/attempts/0/log"
    cold = []
    for first in (0, LINES // 2, LINES - 1000):
        with serving(program, folder / ".spinloom") as (url, _):
            ask(url, "about")
            cold.append(ask(url, f"{name}?from={first}&count=1000")[0])
            warm = sorted(ask(url, f"{name}?from={random.randrange(LINES - 1000)}&count=1000")[0] for _ in range(100))
    yield (
        "1,000 lines of a log of 10 MB, just after the start",
        f"{max(cold):.0f} ms",
        "3400 ms",
        3400 / max(cold),
        "under 30 ms",
    )
    yield "— any other", *p50_p95(warm), "217 ms", 217 / warm[95], "p95 under 5 ms"


def while_it_runs(program: Path, folder: Path) -> Iterator[Row]:
    """A run of ten thousand tasks, alone and watched over a socket by twenty browsers."""
    alone, watched = [], []
    for number in range(6):
        for times, watchers in ((alone, 0), (watched, 20)):
            place = folder / f"fan-{number}-{watchers}"
            place.mkdir()
            took = fan_out(program, place, watchers)
            if number:  # the first is for warming up
                times.append(took)
    # What other work of the machine adds is neither's.
    ratio = min(watched) / min(alone) - 1
    what = f"a run of {TASKS:,} tasks, watched by 20 browsers: slower by"
    yield what, f"{ratio:.1%}", "51%", None, "under 5 %"


def fan_out(program: Path, folder: Path, watchers: int) -> float:
    """Seconds that a run takes, in an empty folder, with so many who watch it."""
    argv = [str(program), "run", "--quiet", str(HERE / "flows" / "fan_light.py"), "--n", str(TASKS)]
    argv += ["--max-num-splits", str(TASKS + 1)]
    env = os.environ | {"SPINLOOM_USER": "bench"}
    (folder / ".spinloom").mkdir()
    if not watchers:
        began = time.perf_counter()
        subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True)
        return time.perf_counter() - began
    with serving(program, folder / ".spinloom") as (url, _), sockets(url, watchers):
        began = time.perf_counter()
        subprocess.run(argv, cwd=folder, env=env, check=True, capture_output=True)
        return time.perf_counter() - began


@contextmanager
def sockets(url: str, count: int, flow: str = "FanLight") -> Iterator[None]:
    """That many clients who watch run 1 of a flow, in a process of their own: they are other machines' work."""
    with subprocess.Popen([sys.executable, __file__, url, str(count), flow], stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.kill()


def watch(url: str, flow: str) -> None:
    """Watches the run until the end, and reads all that is said."""
    parts = urlsplit(url)
    while not has_begun(parts.netloc, flow):
        time.sleep(0.05)
    with socket.create_connection((parts.hostname, parts.port)) as stream:
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /api/v1/live HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        stream.sendall(f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        said = json.dumps({"type": "watch", "id": 1, "view": "run", "flow": flow, "run": "1"}).encode()
        mask = os.urandom(4)
        stream.sendall(
            struct.pack("!BB", 0x81, 0x80 | len(said)) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(said))
        )
        while stream.recv(1 << 20):
            pass


def has_begun(at: str, flow: str) -> bool:
    """Whether there is a run to watch."""
    connection = http.client.HTTPConnection(at)
    connection.request("GET", f"/api/v1/flows/{flow}/runs/1")
    return connection.getresponse().status == 200


def ask(url: str, path: str, br: bool = False) -> tuple[float, bytes]:
    """Milliseconds until the answer was there, and the answer. On one connection for each thread."""
    parts = urlsplit(url)
    connection = _KEPT.__dict__.get(parts.netloc)
    if connection is None:
        connection = http.client.HTTPConnection(parts.netloc)
        _KEPT.__dict__[parts.netloc] = connection
    began = time.perf_counter()
    connection.request("GET", f"/api/v1/{path}", headers={"Accept-Encoding": "br"} if br else {})
    answer = connection.getresponse()
    body = answer.read()
    took = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body.decode(errors='replace')}")
    return took, body


_KEPT = threading.local()


def p50_p95(times: list[float]) -> tuple[str]:
    """Of times in order, as a column."""
    return (f"{times[len(times) // 2]:.1f} · {times[int(len(times) * 0.95)]:.1f} ms",)


if __name__ == "__main__":
    clients = [threading.Thread(target=watch, args=(sys.argv[1], sys.argv[3])) for _ in range(int(sys.argv[2]))]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
