"""`IncludeFile`: what is kept of a file, and how little memory that takes (PA-08)."""

from __future__ import annotations

import pickle
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from spinloom import FlowSpec, IncludeFile
from spinloom.exceptions import ParameterFieldFailed
from spinloom.worker.pickling import dump, load


def there_and_back(parameter: IncludeFile, path: Path) -> object:
    stream, buffers = dump(parameter.stored(str(path)))
    return load(stream, [bytearray(buffer) for buffer in buffers])


@pytest.mark.parametrize("size", [0, 10, 100_000])
def test_content_is_kept_as_text_or_bytes(size: int, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * size)
    assert there_and_back(IncludeFile("f"), path) == "x" * size
    assert there_and_back(IncludeFile("f", is_text=False), path) == b"x" * size


def test_a_large_file_is_beside_the_stream(tmp_path: Path) -> None:
    """So that the store keeps it by its hash: equal files are kept once."""
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100_000)
    stream, buffers = dump(IncludeFile("f").stored(str(path)))
    assert len(stream) < 200
    assert [buffer.nbytes for buffer in buffers] == [100_000]


@pytest.mark.parametrize(("content", "encoding"), [(b"\xff\xfe\x00x", None), ("ü".encode(), "ascii"), (b"\xc3", None)])
def test_what_is_not_text_is_refused(content: bytes, encoding: str | None, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(content)
    with pytest.raises(ParameterFieldFailed, match=r"parameter `data` names `.*/f`, which is not text in ") as caught:
        IncludeFile("data", encoding=encoding).check(str(path))
    assert caught.value.file == __file__


def test_text_is_checked_across_parts(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" + "ü".encode() * (1 << 20))
    IncludeFile("f").check(str(path))


def test_a_pipe_can_be_included(tmp_path: Path) -> None:
    script = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
    script += "from spinloom import IncludeFile; print(IncludeFile('f').stored('/dev/stdin').content)"
    done = subprocess.run([sys.executable, "-c", script], input=b"piped", capture_output=True, check=True)
    assert done.stdout == b"b'piped'\n"


def test_outside_a_run_it_is_the_default() -> None:
    class Flow(FlowSpec):
        data = IncludeFile("data", default="~/x.csv")

    assert Flow(use_cli=False).data.endswith("/x.csv")
    assert not Flow(use_cli=False).data.startswith("~")


def test_a_stored_value_needs_no_flow() -> None:
    """The function a stored value names is part of the format."""
    stream = pickle.dumps(IncludeFile("f", is_text=False).stored(__file__), 5)
    assert b"spinloom.includefile" in stream and b"content_of" in stream


MEMORY = """
import resource, sys
sys.path.insert(0, {package!r})
from spinloom import IncludeFile
from spinloom.worker.pickling import dump
parameter = IncludeFile("f")
resource.setrlimit(resource.RLIMIT_DATA, (120 << 20, 120 << 20))
parameter.check({path!r})
stream, buffers = dump(parameter.stored({path!r}))
print(sum(buffer.nbytes for buffer in buffers))
"""


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    """200 MB are described, checked and handed over in a process that may have 120 MB of its own."""
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    script = MEMORY.format(package=str(Path(__file__).parents[1]), path=str(path))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (f"{200 << 20}\n", "")
    assert resource.getrlimit(resource.RLIMIT_DATA) != (120 << 20, 120 << 20)
