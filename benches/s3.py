"""Objects in S3: many small ones beside Metaflow, a few large ones beside what the server can do.

The server is `spinloom-s3-server`, a release build, on this machine. What it can do is measured by a client that does
nothing but send the same requests as fast as it can: parts of 8 MiB, eight at a time, by plain HTTP connections, with
addresses that were signed before.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

HERE = Path(__file__).parent
SMALL = 1000
LARGE, LARGE_SIZE = 4, 256 << 20
PART, AT_ONCE = 8 << 20, 8
ROUNDS = 3
KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench-secret"}

Row = tuple[str, str, str, float | None, str]


def s3(ours: str, theirs: str, rounds: int = ROUNDS) -> Iterator[Row]:
    """Rows of the table: what, our figure, the other figure, the ratio, what is wanted."""
    with _server() as url:
        env = {**os.environ, **KEYS, "AWS_DEFAULT_REGION": "us-east-1", "METAFLOW_S3_ENDPOINT_URL": url}
        asked = _Asked(env)
        for _ in range(rounds):
            asked.ask("theirs", theirs, "small", str(SMALL))
            asked.ask("ours", ours, "small", str(SMALL))
        for what in ("put", "get"):
            mine, other = (SMALL / asked.best(who, what) for who in ("ours", "theirs"))
            name = f"S3: {what}_many of {SMALL:,} objects of 1 KiB"
            yield name, f"{mine:,.0f}/s", f"{other:,.0f}/s", mine / other, "5×"
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            files = [_make(Path(folder) / f"large-{number}") for number in range(LARGE)]
            raw = Raw(url)
            turns = [
                lambda: asked.note(
                    "raw", {"put": _timed(lambda: raw.put(files)), "get": _timed(lambda: raw.get(files))}
                ),
                lambda: asked.ask("large", ours, "large", *map(str, files)),
                lambda: asked.ask("large theirs", theirs, "large", *map(str, files)),
            ]
            for number in range(rounds):
                for turn in turns[number:] + turns[:number]:  # each is the first once: it may find memory the slowest
                    turn()
        for what in ("put", "get"):
            mine, other, limit = (
                LARGE * LARGE_SIZE / 1e6 / asked.best(who, what) for who in ("large", "large theirs", "raw")
            )
            name = f"S3: {what} {LARGE} files of {LARGE_SIZE >> 20} MiB"
            yield name, f"{mine:,.0f} MB/s", f"{other:,.0f} MB/s", mine / other, ""
            yield f"— against the server's limit ({limit:,.0f} MB/s)", f"{mine / limit:.0%}", "", None, "at least 80 %"


class _Asked:
    """Processes that were asked, and what they said."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.said: dict[tuple[str, str], list[float]] = {}

    def ask(self, who: str, python: str, *arguments: str) -> None:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            command = [python, str(HERE / "s3_client.py"), f"s3://bench/{who.replace(' ', '-')}", *arguments]
            done = subprocess.run(command, cwd=folder, env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        self.note(who, json.loads(done.stdout))

    def note(self, who: str, seconds: dict[str, float]) -> None:
        for what, value in seconds.items():
            self.said.setdefault((who, what), []).append(value)

    def best(self, who: str, what: str) -> float:
        return min(self.said[who, what])


@contextmanager
def _server() -> Iterator[str]:
    """The server, with an empty bucket `bench`."""
    root = HERE.parent
    build = '. .setup/env && exec cargo build --quiet --release --package spinloom-storekit --bin "$0"'
    name = "spinloom-s3-server"
    subprocess.run(["/bin/sh", "-c", build, name], cwd=root, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    folder = tempfile.mkdtemp(prefix="bench-")
    (Path(folder) / "bench").mkdir()
    command = [str(target / "release" / name), "--root", folder]
    command += ["--access-key", KEYS["AWS_ACCESS_KEY_ID"], "--secret-key", KEYS["AWS_SECRET_ACCESS_KEY"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()
            shutil.rmtree(folder)


def _make(path: Path) -> Path:
    with path.open("wb") as file:
        for _ in range(LARGE_SIZE // PART):
            file.write(os.urandom(PART))
    return path


def _timed(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Raw:
    """As little of a client as moves the bytes."""

    url: str

    def put(self, files: list[Path]) -> None:
        """Uploads in parts."""
        uploads = dict(zip(files, self._at_once(self._begin, files), strict=True))
        parts = [(file, number) for file in files for number in range(LARGE_SIZE // PART)]

        def send(part: tuple[Path, int]) -> tuple[Path, int, str]:
            file, number = part
            with file.open("rb") as opened:
                opened.seek(number * PART)
                body = opened.read(PART)
            query = {"partNumber": str(number + 1), "uploadId": uploads[file]}
            return file, number, self._ask("PUT", file, query, body)[1]

        tags: dict[Path, list[tuple[int, str]]] = {}
        for file, number, tag in self._at_once(send, parts):
            tags.setdefault(file, []).append((number, tag))

        def complete(file: Path) -> None:
            listed = "".join(
                f"<Part><PartNumber>{number + 1}</PartNumber><ETag>{tag}</ETag></Part>"
                for number, tag in sorted(tags[file])
            )
            body = f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()
            self._ask("POST", file, {"uploadId": uploads[file]}, body)

        list(self._at_once(complete, files))

    def get(self, files: list[Path]) -> None:
        """Downloads in ranges, into files."""
        targets = {file: os.open(f"{file}.raw", os.O_CREAT | os.O_TRUNC | os.O_WRONLY) for file in files}
        parts = [(file, number) for file in files for number in range(LARGE_SIZE // PART)]

        def read(part: tuple[Path, int]) -> None:
            file, number = part
            wanted = f"bytes={number * PART}-{(number + 1) * PART - 1}"
            content = self._ask("GET", file, {}, None, {"Range": wanted})[0]
            assert os.pwrite(targets[file], content, number * PART) == PART

        list(self._at_once(read, parts))
        for target in targets.values():
            os.close(target)

    def _begin(self, file: Path) -> str:
        answer = self._ask("POST", file, {"uploads": ""}, b"")[0].decode()
        return answer.partition("<UploadId>")[2].partition("</UploadId>")[0]

    def _at_once(self, do: Callable[..., object], items: list[object]) -> Iterator[object]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(do, items)

    def _ask(
        self, method: str, file: Path, query: dict[str, str], body: bytes | None, headers: dict[str, str] | None = None
    ) -> tuple[bytes, str]:
        host = self.url.removeprefix("http://")
        connection = _connections.get(host)
        headers = dict(headers or {})
        if body is not None:
            # Over plain HTTP, ours says what it sends, and the server looks whether that is what it got.
            headers["X-Amz-Content-Sha256"] = hashlib.sha256(body).hexdigest()
        connection.request(method, _signed(method, host, f"/bench/raw/{file.name}", query), body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 206):
            raise SystemExit(f"{method} of {file.name}: {answer.status} {content[:500]!r}")
        return content, answer.headers.get("ETag", "")


class _Connections:
    """One connection for each thread."""

    def __init__(self) -> None:
        import threading

        self.local = threading.local()

    def get(self, host: str) -> HTTPConnection:
        if getattr(self.local, "host", None) != host:
            self.local.host, self.local.connection = host, HTTPConnection(host, blocksize=1 << 20)
        return self.local.connection  # type: ignore[no-any-return]


_connections = _Connections()


def _signed(method: str, host: str, path: str, query: dict[str, str]) -> str:
    """The path with a signature in its query, as S3 takes it from those who hand on addresses (SigV4)."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{now[:8]}/us-east-1/s3/aws4_request"
    query = {
        **query,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{KEYS['AWS_ACCESS_KEY_ID']}/{scope}",
        "X-Amz-Date": now,
        "X-Amz-Expires": "3600",
        "X-Amz-SignedHeaders": "host",
    }
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
    request = f"{method}\n{path}\n{text}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{KEYS['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{digest}".encode(), "sha256").hex()
    return f"{path}?{text}&X-Amz-Signature={signature}"
