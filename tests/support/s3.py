"""A real S3 server for tests: moto, which `./setup --servers` installs. Unlike the one of our own it lists as Amazon's does."""

from __future__ import annotations

import atexit
import functools
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from support import product

MOTO = product.REPOSITORY / ".venv-servers/bin/moto_server"

#: Buckets that there are; `data` is where objects of runs are kept.
BUCKETS = ("bucket", "other", "data")


@dataclass(frozen=True)
class Server:
    """A server that listens, and how to tell a product of it."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables for a product that is to use it."""
        return {
            "METAFLOW_S3_ENDPOINT_URL": self.url,
            "METAFLOW_DATATOOLS_S3ROOT": "s3://data/flows",
            "METAFLOW_S3_RETRY_COUNT": "0",
            "METAFLOW_S3_WORKER_COUNT": "4",
            "METAFLOW_S3_TRANSIENT_RETRY_COUNT": "1",
            "AWS_ACCESS_KEY_ID": "tester",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
        }


@functools.cache
def server() -> Server:
    """The server of this process; it ends with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if not MOTO.exists():
        subprocess.run(["./setup", "--servers"], cwd=product.REPOSITORY, check=True)
    command = [str(MOTO), "-H", "127.0.0.1", "-p", str(port)]
    with open(os.devnull, "w") as nothing:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=nothing, stderr=nothing, start_new_session=True
        )
    atexit.register(process.wait)
    atexit.register(process.kill)
    url = f"http://127.0.0.1:{port}"
    for bucket in BUCKETS:
        _make(f"{url}/{bucket}", process)
    return Server(url)


def _make(bucket: str, process: subprocess.Popen[bytes]) -> None:
    """Makes a bucket, as soon as the server listens."""
    for _ in range(product.PATIENCE_SECONDS * 10):
        try:
            urllib.request.urlopen(urllib.request.Request(bucket, method="PUT")).close()
            return
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError) or process.poll() is not None:
                raise
            time.sleep(0.1)
    raise TimeoutError(f"no server at {bucket}")
