"""What objects are made of: bytes, or the file that has them."""

from __future__ import annotations

import io
import os
from typing import Any

from .errors import MetaflowS3Exception, MetaflowS3InvalidObject, MetaflowS3NotFound
from .values import S3PutObject


def content_of(key: Any, value: Any) -> tuple[Any, str | None]:
    """Bytes, or the path of the file that has them: a file on disk is never read into memory.

    Raises:
        MetaflowS3InvalidObject: the value is neither text nor bytes nor a file open for bytes.
    """
    if isinstance(value, str):
        return value.encode("utf-8"), None
    if isinstance(value, bytes):
        return value, None
    if isinstance(value, io.BytesIO):
        return value.getbuffer(), None
    if not isinstance(value, io.RawIOBase | io.BufferedIOBase):
        raise MetaflowS3InvalidObject(
            f"`{key}` is a `{type(value).__name__}`, which cannot be stored as an object",
            hints=["give text, bytes or a file open for bytes, such as `json.dumps(value)`; paths go with `put_files`"],
        )
    path = _path_of(value)
    if path is not None:
        return None, path
    if value.seekable():
        value.seek(0)
    return value.read(), None


def _path_of(file: io.RawIOBase | io.BufferedIOBase) -> str | None:
    """Where an open file can be opened once more, if it is on disk and nothing is between it and us."""
    plain = isinstance(file, io.FileIO | io.BufferedReader | io.BufferedRandom)
    if not plain or not isinstance(getattr(file, "raw", file), io.FileIO):
        return None
    if file.writable():
        file.flush()
    path = f"/dev/fd/{file.fileno()}"
    return path if os.path.isfile(path) else None


def file_of(one: S3PutObject) -> str:
    """The path of a file on disk.

    Raises:
        MetaflowS3NotFound: there is no such file.
        MetaflowS3Exception: it is a folder.
    """
    if one.path is None:
        raise MetaflowS3InvalidObject(
            f"`{one.key}` has no `path`", hints=["name a file, `S3PutObject(key, path=…)`; values go with `put_many`"]
        )
    path = os.fspath(one.path)
    if not os.path.exists(path):
        raise MetaflowS3NotFound(
            f"there is no file `{path}` to make `{one.key}` of",
            hints=[f"relative paths are looked for in `{os.getcwd()}`"],
        )
    if os.path.isdir(path):
        raise MetaflowS3Exception(
            f"`{path}` is a folder, and `{one.key}` would be one object",
            hints=["give the files in it, each with a key of its own"],
        )
    return path
