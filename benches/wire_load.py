"""What a metadata service of Metaflow's bears: whole attempts of foreach tasks, as clients record them, as fast as it takes them.

    python wire_load.py URL [--seconds 6] [--connections 1 8]

An attempt is 8 calls, which record 39 rows: the task, 20 data in five calls, 18 artifacts in one, a beat. Each connection is a process
with a run of its own, and sends its next call when the last one is answered. The service may be ours or Metaflow's.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import socket
import statistics
import time
from multiprocessing.connection import Connection
from urllib.parse import urlsplit

FLOW = "WireLoad"
STEP = "train"
TAGS = ["user:bench", "runtime:dev", "python_version:3.11.2", "metaflow_version:2.19.39"]


class Caller:
    """One connection that is kept open, and requests over it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.prefix = parts.netloc, parts.path.rstrip("/")
        self.socket = socket.create_connection((parts.hostname, parts.port or 80))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def call(self, verb: str, path: str, body: object = None, wanted: tuple[int, ...] = (200,)) -> bytes:
        """Sends a request and returns the body of the answer."""
        sent = b"" if body is None else json.dumps(body).encode()
        return self.send(self.head(verb, path, len(sent)) + sent, wanted)

    def head(self, verb: str, path: str, length: int) -> bytes:
        """The head of a request."""
        return (
            f"{verb} {self.prefix}{path} HTTP/1.1\r\nHost: {self.host}\r\nAccept-Encoding: gzip, deflate\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        ).encode()

    def send(self, request: bytes, wanted: tuple[int, ...] = (200,)) -> bytes:
        """Sends the bytes of a request and returns the body of the answer."""
        self.socket.sendall(request)
        data = self.rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end]
        status = int(head[9:12])
        at = head.lower().find(b"content-length:")
        assert at > 0, head
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        data = data[end + 4 :]
        while len(data) < length:
            data += self._more()
        body, self.rest = data[:length], data[length:]
        assert status in wanted, (status, body[:300])
        return body

    def _more(self) -> bytes:
        data = self.socket.recv(65536)
        assert data, "the service has closed the connection"
        return data


def datum(name: str, value: str) -> dict[str, object]:
    """A datum as clients post it."""
    return {
        "flow_id": FLOW,
        "run_number": "1",
        "step_name": STEP,
        "task_id": "1",
        "field_name": name,
        "type": name,
        "value": value,
        "tags": ["attempt_id:0"],
        "user_name": "bench",
        "ts_epoch": 1795779584994,
    }


SYSTEM = [
    datum(name, value)
    for name, value in [
        ("runtime", "dev"),
        ("python_version", "3.11.2 (main, Nov 30 2026, 22:25:04) [GCC 12.2.0]"),
        ("user", "bench"),
        ("metaflow_version", "2.19.39"),
        ("script-name", "flow.py"),
        ("git-info", '{"commit_sha": "0123456789012345678901234567890123456789"}'),
    ]
]
BEGUN = [
    datum(name, value)
    for name, value in [
        ("attempt", "0"),
        ("origin-run-id", "None"),
        ("ds-type", "local"),
        ("ds-root", "/home/bench/project/.metaflow"),
        ("foreach-stack", "items:7"),
        ("foreach-execution-path", "train:7"),
    ]
]
ARTIFACTS = [
    {
        "flow_id": FLOW,
        "run_number": "1",
        "step_name": STEP,
        "task_id": "1",
        "attempt_id": 0,
        "name": f"artifact_{n}",
        "content_type": "pickle-v4",
        "type": "metaflow.artifact",
        "sha": f"{n:040x}",
        "ds_type": "local",
        "location": ":root:/home/bench/project/.metaflow",
        "user_name": "bench",
        "tags": [],
        "system_tags": TAGS,
        "ts_epoch": 1795779584994,
    }
    for n in range(18)
]
CALLS = [
    ("/metadata", SYSTEM),
    ("/metadata", SYSTEM),
    ("/metadata", BEGUN),
    ("/metadata", [datum("attempt_ok", "True")]),
    ("/metadata", [datum("attempt-done", "0")]),
    ("/artifact", ARTIFACTS),
    ("/heartbeat", {}),
]
BODIES = [(path, json.dumps(body).encode()) for path, body in CALLS]


def attempts(url: str, seconds: float, told: Connection) -> None:
    """Records attempts of tasks of a new run for some seconds, then tells how long each took."""
    caller = Caller(url)
    made = {"flow_id": FLOW, "user_name": "bench", "tags": [], "system_tags": TAGS, "ts_epoch": 1795779584994}
    caller.call("POST", f"/flows/{FLOW}", made, (200, 409))
    run = json.loads(caller.call("POST", f"/flows/{FLOW}/run", made))["run_number"]
    steps = f"/flows/{FLOW}/runs/{run}/steps/{STEP}"
    made |= {"run_number": str(run), "step_name": STEP}
    caller.call("POST", f"{steps}/step", made)
    task = json.dumps(made).encode()
    told.send("ready")
    told.recv()
    took = []
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        number = json.loads(caller.send(caller.head("POST", f"{steps}/task", len(task)) + task))["task_id"]
        for path, body in BODIES:
            caller.send(caller.head("POST", f"{steps}/tasks/{number}{path}", len(body)) + body)
        took.append(time.monotonic() - began)
    told.send(took)


def measure(url: str, connections: int, seconds: float) -> tuple[float, float, float]:
    """Attempts a second; and what one took, p50 and p95, in milliseconds."""
    pairs = [multiprocessing.Pipe() for _ in range(connections)]
    workers = [multiprocessing.Process(target=attempts, args=(url, seconds, theirs)) for _, theirs in pairs]
    for worker in workers:
        worker.start()
    for ours, _ in pairs:
        ours.recv()
    for ours, _ in pairs:
        ours.send("go")
    took = sorted(one for ours, _ in pairs for one in ours.recv())
    for worker in workers:
        worker.join()
    p95 = took[int(len(took) * 0.95)]
    return len(took) / seconds, statistics.median(took) * 1000, p95 * 1000


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8])
    options = parser.parse_args()
    for connections in options.connections:
        rate, p50, p95 = measure(options.url, connections, options.seconds)
        line = f"{connections:>2} connections: {rate:8.1f} attempts/s, p50 {p50:.1f} ms, p95 {p95:.1f} ms"
        print(line, flush=True)


if __name__ == "__main__":
    main()
