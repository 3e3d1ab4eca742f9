"""PR-08: what the client of S3 promises beside what Metaflow's does: errors, lifetimes, many at once. On a real server."""

from __future__ import annotations

import io
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from spinloom import S3
from spinloom.exceptions import MetaflowException
from spinloom.s3 import (
    MetaflowS3AccessDenied,
    MetaflowS3Exception,
    MetaflowS3InvalidObject,
    MetaflowS3InvalidRange,
    MetaflowS3NotFound,
    MetaflowS3URLException,
    S3GetObject,
    S3PutObject,
)
from support.s3 import Server


def said(error: pytest.ExceptionInfo[MetaflowException]) -> str:
    """What a user sees of an error."""
    return "\n".join([f"{error.value.code}: {error.value.message}", *(f"hint: {hint}" for hint in error.value.hints)])


@contextmanager
def silent_port() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_what_is_missing_is_named(root: str) -> None:
    with S3(s3root=root) as s3, pytest.raises(MetaflowS3NotFound) as error:
        s3.put("there", "x")
        s3.get_many(["there", "report.csv", "other.csv"])
    assert said(error) == (
        f"SL0602: there is no object `{root}/report.csv`\n"
        "hint: `list_paths()` tells what there is; `return_missing=True` gives missing objects instead of raising"
    )


def test_a_missing_bucket_is_named(root: str) -> None:
    with S3() as s3, pytest.raises(MetaflowS3NotFound) as error:
        s3.put_many([("s3://no-such-bucket/a", "x")])
    assert said(error).startswith("SL0602: there is no bucket `no-such-bucket`\nhint: ")


@pytest.mark.parametrize(
    ("made_of", "key", "message"),
    [
        ({}, "report.csv", "`report.csv` is not a full URL, and this client has no root to look in"),
        ({}, None, "no URL is given, and this client has no root to look in"),
        ({"s3root": "s3://b/p"}, "s3://b/p/x", "`s3://b/p/x` is a full URL, but this client has the root `s3://b/p`"),
        ({"s3root": "b/p"}, "x", "the root `b/p` is not a URL of S3"),
        ({"s3root": "s3://"}, "x", "the root `s3://` is not a URL of S3"),
        ({"run": 3}, "x", "`run` is a `int`"),
    ],
)
def test_an_address_that_cannot_be_says_how_to_write_it(
    root: str, made_of: dict[str, str], key: str | None, message: str
) -> None:
    with pytest.raises(MetaflowS3URLException) as error, S3(**made_of) as s3:
        s3.get(key)
    assert error.value.message == message
    assert error.value.code == "SL0601" and error.value.hints


def test_a_run_has_no_place_unless_one_is_set(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Run:
        id, pathspec = "7", "TrainFlow/7"
        parent = type("Flow", (), {"id": "TrainFlow"})()

    monkeypatch.setenv("SPINLOOM_DATATOOLS_S3ROOT", "s3://other/ours/")
    with S3(run=Run()) as s3:
        assert repr(s3) == "S3(s3://other/ours/TrainFlow/7)"
    for name in ("SPINLOOM_DATATOOLS_S3ROOT", "METAFLOW_DATATOOLS_S3ROOT"):
        monkeypatch.delenv(name)
    with pytest.raises(MetaflowS3URLException) as error:
        S3(run=Run())
    assert "SPINLOOM_DATATOOLS_S3ROOT" in error.value.hints[0]
    monkeypatch.setenv("METAFLOW_DATASTORE_SYSROOT_S3", "s3://bucket/store")
    with S3(run=Run()) as s3:
        assert repr(s3) == "S3(s3://bucket/store/data/TrainFlow/7)"


def test_what_cannot_be_stored_is_named_and_nothing_is_put(root: str) -> None:
    with S3(s3root=root) as s3:
        with pytest.raises(MetaflowS3InvalidObject) as error:
            s3.put_many([("first", "x"), ("numbers", [1, 2])])  # type: ignore[list-item]
        assert said(error).startswith(
            "SL0603: `numbers` is a `list`, which cannot be stored as an object\nhint: give text"
        )
        assert s3.list_recursive() == []


def test_a_range_without_bytes_is_refused_and_leaves_no_file(root: str) -> None:
    with S3(s3root=root) as s3:
        s3.put("digits", "0123456789")
        with pytest.raises(MetaflowS3InvalidRange) as error:
            s3.get_many(["digits", S3GetObject("digits", 10, 5)])
        assert said(error).startswith(f"SL0603: nothing of `{root}/digits` is in the range: the object has 10 bytes")
        assert isinstance(error.value, MetaflowS3Exception), "as Metaflow's `get_many` has it"
        (folder,) = Path().glob("spinloom.s3.*")
        assert list(folder.iterdir()) == []


def test_no_credentials(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(MetaflowS3AccessDenied) as error, S3(s3root=root) as s3:
        s3.get("x")
    assert said(error).startswith("SL0407: the AWS profile `nobody` has no keys that can be used")


def test_a_server_that_is_not_there(root: str) -> None:
    with (
        silent_port() as port,
        S3(s3root=root, client_params={"endpoint_url": f"http://127.0.0.1:{port}"}) as s3,
        pytest.raises(MetaflowS3Exception) as error,
    ):
        s3.get("x")
    assert error.value.code == "SL0406" and "cannot connect" in error.value.message


def test_what_boto3_is_told_is_what_the_client_is_told(
    root: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("METAFLOW_S3_ENDPOINT_URL")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    session = {"aws_access_key_id": "a", "aws_secret_access_key": "b", "region_name": "eu-west-1"}
    with S3(s3root=root, session_vars=session, client_params={"endpoint_url": server.url, "verify": False}) as s3:
        s3.put("x", "1")
        assert s3.get("x").text == "1"
    for name, arguments in (
        ("endpoint", {"client_params": {"endpoint": "x"}}),
        ("role", {"role": "arn:aws:iam::1:role/r"}),
    ):
        with pytest.raises(MetaflowS3Exception, match=name) as error:
            S3(**arguments)
        assert error.value.hints


def test_files_last_until_the_client_is_closed(root: str) -> None:
    with S3(s3root=root) as s3:
        s3.put("table.csv", "a,b")
        one, (two,) = s3.get("table.csv"), s3.get_many(["table.csv"])
        assert one.path != two.path and Path(one.path).name.endswith("table.csv")
        os.chdir("/")  # paths stay good wherever one goes
        assert one.text == two.text == "a,b"
    assert not os.path.exists(one.path)
    assert (one.size, one.url) == (3, f"{root}/table.csv")


def test_files_go_when_the_block_ends_with_an_error(root: str) -> None:
    with pytest.raises(ZeroDivisionError), S3(s3root=root) as s3:
        s3.put("x", "1")
        path = s3.get("x").path
        raise ZeroDivisionError
    assert not os.path.exists(path)


def test_an_object_can_be_an_artifact(root: str) -> None:
    with S3(s3root=root) as s3:
        s3.put("x", "1", content_type="text/plain", metadata={"by": "ann"})
        found = pickle.loads(pickle.dumps(s3.info("x")))
    assert (found.key, found.size, found.metadata, found.content_type) == ("x", 1, {"by": "ann"}, "text/plain")


def test_many_objects_keep_their_order(root: str) -> None:
    pairs = [(f"{number:04}", f"value {number}" * (number % 5)) for number in range(500)]
    with S3(s3root=root) as s3:
        assert [key for key, _ in s3.put_many(pairs)] == [key for key, _ in pairs]
        assert [(one.key, one.text) for one in s3.get_many([key for key, _ in reversed(pairs)])] == pairs[::-1]
        assert [one.size for one in s3.info_many([key for key, _ in pairs])] == [len(text) for _, text in pairs]
        assert [one.key for one in s3.list_paths()] == [key for key, _ in pairs]


def test_threads_share_a_client(root: str) -> None:
    failures: list[BaseException] = []

    def work(s3: S3, number: int) -> None:
        try:
            for turn in range(5):
                s3.put(f"{number}/{turn}", f"{number}-{turn}")
                assert s3.get(f"{number}/{turn}").text == f"{number}-{turn}"
        except BaseException as error:
            failures.append(error)

    with S3(s3root=root) as s3:
        threads = [threading.Thread(target=work, args=(s3, number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert len(s3.list_recursive()) == 40


def test_a_forked_process_can_go_on_with_a_client(root: str) -> None:
    with S3(s3root=root) as s3:
        s3.put("before", "x")
        child = os.fork()
        if child == 0:
            try:
                s3.put("from the child", s3.get("before").text + "y")
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert s3.get("from the child").text == "xy"


def test_a_large_object_goes_in_parts_and_comes_back(root: str) -> None:
    content = os.urandom(1 << 20) * 21
    Path("large").write_bytes(content)
    with S3(s3root=root) as s3:
        with open("large", "rb") as file:
            s3.put("file", file, content_type="a/b", metadata={"n": 1})
        s3.put_many([("bytes", content), ("memory", io.BytesIO(content))])
        for one in s3.get_many(["file", "bytes", "memory"]):
            assert one.blob == content
        assert (s3.info("file").content_type, s3.info("file").metadata) == ("a/b", {"n": 1})
        part = s3.get(S3GetObject("file", 5, 18 << 20))
        assert part.blob == content[5 : 5 + (18 << 20)]
        assert part.range_info == (len(content), 5, 18 << 20)


def test_files_go_as_they_are(root: str) -> None:
    Path("ä b").write_bytes(b"named oddly")
    with S3(s3root=root) as s3, open("ä b", "r+b", buffering=0) as raw:
        assert s3.put_files([("one", "ä b"), S3PutObject("two", path="ä b")]) == [
            ("one", f"{root}/one"),
            ("two", f"{root}/two"),
        ]
        s3.put("raw", raw)
        raw.seek(0, io.SEEK_END)
        with open("ä b", "r+b") as buffered:
            buffered.write(b"NAMED")
            s3.put("not yet written out", buffered)
        assert [one.text for one in s3.get_many(["one", "two", "raw"])] == ["named oddly"] * 3
        assert s3.get("not yet written out").text == "NAMED oddly"


def test_a_full_disk_is_said_and_leaves_nothing(root: str, server: Server) -> None:
    """A limit on the size of files stands for the disk: it is met in the middle of a file, too."""
    script = f"""
import resource, signal, sys, os
from spinloom import S3
from spinloom.s3 import MetaflowS3Exception
with S3(s3root={root!r}) as s3:
    s3.put("large", b"x" * 300_000)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        s3.get_many(["large"])
    except MetaflowS3Exception as error:
        print(error.code, len(os.listdir(s3._folder)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "SL0401 0\n"


def test_ctrl_c_ends_a_transfer(root: str) -> None:
    """A server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"

        def interrupt() -> None:
            connection, _ = mute.accept()
            connection.recv(1)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt), S3(s3root=root, client_params={"endpoint_url": url}) as s3:
            s3.get("x")


def test_importing_the_package_loads_nothing_of_this() -> None:
    script = "import spinloom, sys; print([m for m in sys.modules if m.startswith('spinloom.s3')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
