"""``S3``: objects in S3, by name. What moves their bytes is Rust."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from spinloom import _native
from spinloom.exceptions import SpinloomException

from .addresses import folder_of, root_of, split, url_of
from .contents import content_of, file_of
from .errors import (
    MetaflowS3Exception,
    MetaflowS3InvalidRange,
    MetaflowS3NotFound,
    MetaflowS3URLException,
    of_s3,
)
from .values import RangeInfo, S3GetObject, S3Object, S3PutObject
from .variables import variables

if TYPE_CHECKING:
    import io
    from types import TracebackType

    PutValue = io.RawIOBase | io.BufferedIOBase | str | bytes
    Range = tuple[int, int | None]

T = TypeVar("T")


class S3:
    """Objects in S3: listed, read into temporary files, written, many at once.

    ``with S3(run=self) as s3:`` in a step has the objects of the run, ``S3(s3root="s3://bucket/prefix")`` those below
    a root; both take keys below it. ``S3()`` takes full URLs. The files of what was read are removed at the end of the
    ``with``, or by :meth:`close`.

    Args:
        tmproot: the folder for the temporary folder.
        bucket: with ``run``, another bucket than the one of the setting ``SPINLOOM_DATATOOLS_S3ROOT``.
        prefix: with ``run``, another path than the one of that setting.
        run: the flow (``self``, in a step) or a ``Run`` of the Client.
        s3root: where keys are looked for, if there is no ``run``.
        encryption: how S3 is to encrypt what is put: ``AES256`` or ``aws:kms``; else as set for the bucket.
        session_vars: ``region_name``, ``profile_name``, ``aws_access_key_id``, ``aws_secret_access_key``,
            ``aws_session_token``, instead of those of the environment.
        client_params: the same, and ``endpoint_url`` and ``verify``.
        role: cannot be assumed yet; a profile or variables with its credentials can be used.
    """

    def __init__(
        self,
        tmproot: str = ".",
        bucket: str | None = None,
        prefix: str | None = None,
        run: Any = None,
        s3root: str | None = None,
        encryption: str | None = None,
        role: str | None = None,
        session_vars: dict[str, Any] | None = None,
        client_params: dict[str, Any] | None = None,
    ) -> None:
        self._root = root_of(run, s3root, bucket, prefix)
        self._encryption = encryption
        with _as_s3():
            self._buckets = _native.Buckets(variables(role, session_vars, client_params))
        self._tmproot = tmproot
        self._folder: str | None = None
        self._files = 0
        self._temporary_folder()  # now, so that processes forked later share it and it is removed once

    def __enter__(self) -> S3:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"S3({self._root or ''})"

    def close(self) -> None:
        """Removes the files of everything that was read."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def list_paths(self, keys: Iterable[str | None] | None = None) -> list[S3Object]:
        """What is right below the root, or below each of ``keys``: objects, then folders, which do not ``exist``."""
        return self._list(keys, "folder", lambda root, key: folder_of(root, key))

    def list_recursive(self, keys: Iterable[str | None] | None = None) -> list[S3Object]:
        """All objects below the root, or below each of ``keys``."""
        return self._list(keys, "below", url_of)

    def info(self, key: str | S3GetObject | None = None, return_missing: bool = False) -> S3Object:
        """What S3 knows of an object, without its content.

        Raises:
            MetaflowS3NotFound: there is none, unless ``return_missing``.
        """
        return self.info_many([key], return_missing)[0]

    def info_many(self, keys: Iterable[str | S3GetObject | None], return_missing: bool = False) -> list[S3Object]:
        """What S3 knows of many objects, in the order of ``keys``.

        Raises:
            MetaflowS3NotFound: one is missing, unless ``return_missing``.
        """
        urls = [url_of(self._root, key.key if isinstance(key, S3GetObject) else key) for key in keys]
        with _as_s3(return_missing):
            return self._known(urls, self._buckets.infos([split(url) for url in urls]), return_missing)
        return [S3Object(self._root, url, None) for url in urls]

    def get(
        self, key: str | S3GetObject | None = None, return_missing: bool = False, return_info: bool = True
    ) -> S3Object:
        """Reads an object, or a range of it, into a temporary file; without a key, the object that the root is.

        Raises:
            MetaflowS3NotFound: there is none, unless ``return_missing``.
            MetaflowS3InvalidRange: nothing of it is in the range.
        """
        return self.get_many([key], return_missing, return_info)[0]

    def get_many(
        self, keys: Iterable[str | S3GetObject | None], return_missing: bool = False, return_info: bool = True
    ) -> list[S3Object]:
        """Reads many objects, or ranges of them, at once; in the order of ``keys``.

        Raises:
            MetaflowS3NotFound: one is missing, unless ``return_missing``.
            MetaflowS3InvalidRange: nothing of one is in its range.
        """
        wanted = [self._wanted(key) for key in keys]
        with _as_s3(return_missing):
            read = self._read(wanted)
            urls = [url for url, _ in wanted]
            missing = next((url for url, found in zip(urls, read, strict=True) if found is None), None)
            if missing is not None and not return_missing:
                raise _not_there(missing)
            return [self._object(self._root, url, found, return_info) for url, found in zip(urls, read, strict=True)]
        return [S3Object(self._root, url, None) for url, _ in wanted]

    def get_recursive(self, keys: Iterable[str | None], return_info: bool = False) -> list[S3Object]:
        """Reads all objects whose keys begin with one of ``keys``, even in the middle of a name."""
        prefixes = [url_of(self._root, key) for key in keys]
        with _as_s3():
            listings = self._buckets.listings([split(prefix) for prefix in prefixes], "beginning")
            urls = [
                (prefix, f"s3://{split(prefix)[0]}/{key}")
                for prefix, listing in zip(prefixes, listings, strict=True)
                for key, _ in listing
            ]
            read = self._read([(url, None) for _, url in urls])
        found = zip(urls, read, strict=True)
        # What was deleted since it was listed is left out.
        return [
            self._object(self._root if return_info else prefix, url, one, return_info)
            for (prefix, url), one in found
            if one is not None
        ]

    def get_all(self, return_info: bool = False) -> list[S3Object]:
        """Reads all objects whose keys begin with the root.

        Raises:
            MetaflowS3URLException: the client has no root.
        """
        if self._root is None:
            raise MetaflowS3URLException(
                "a client without a root cannot read all there is",
                hints=['give it one: `S3(s3root="s3://bucket/prefix")`, in a step `S3(run=self)`'],
            )
        return self.get_recursive([None], return_info)

    def put(
        self,
        key: str | S3PutObject | None,
        obj: PutValue,
        overwrite: bool = True,
        content_type: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> str:
        """Makes or replaces an object; its URL. Unless ``overwrite``, one that is there is left alone.

        ``obj`` is text, which is stored as UTF-8, bytes, or a file open for bytes, which is read from its beginning.
        ``metadata`` is what can be written as JSON.

        Raises:
            MetaflowS3InvalidObject: ``obj`` is neither.
        """
        name = key.key if isinstance(key, S3PutObject) else key
        url = url_of(self._root, name)
        self._upload([(url, *content_of(name, obj), content_type, metadata, self._encryption)], overwrite)
        return url

    def put_many(
        self, key_objs: Iterable[tuple[str, PutValue] | S3PutObject], overwrite: bool = True
    ) -> list[tuple[str, str]]:
        """Makes or replaces many objects at once; key and URL of those that were made, in their order.

        Raises:
            MetaflowS3InvalidObject: what is to be one is neither text nor bytes nor an open file. Nothing is put then.
        """
        given = [one if isinstance(one, S3PutObject) else S3PutObject(one[0], one[1]) for one in key_objs]
        return self._put([(one, content_of(one.key, one.value)) for one in given], overwrite)

    def put_files(
        self, key_paths: Iterable[tuple[str, str] | S3PutObject], overwrite: bool = True
    ) -> list[tuple[str, str]]:
        """Makes or replaces many objects of files at once; key and URL of those that were made, in their order.

        Raises:
            MetaflowS3NotFound: a file is not there. Nothing is put then.
        """
        given = [one if isinstance(one, S3PutObject) else S3PutObject(one[0], path=one[1]) for one in key_paths]
        return self._put([(one, (None, file_of(one))) for one in given], overwrite)

    def _put(self, given: list[tuple[S3PutObject, Any]], overwrite: bool) -> list[tuple[str, str]]:
        urls = [url_of(self._root, one.key) for one, _ in given]
        uploads = [
            (url, *content, one.content_type, one.metadata, one.encryption or self._encryption)
            for url, (one, content) in zip(urls, given, strict=True)
        ]
        made = self._upload(uploads, overwrite)
        return [(one.key, url) for url, (one, _), new in zip(urls, given, made, strict=True) if new]

    def _upload(self, uploads: list[tuple[Any, ...]], overwrite: bool) -> list[bool]:
        last = {url: position for position, (url, *_) in enumerate(uploads)}
        wanted = [
            (split(url), value, path, kind, json.dumps(metadata) if metadata else None, encryption)
            for position, (url, value, path, kind, metadata, encryption) in enumerate(uploads)
            if last[url] == position  # of two with one name, the later counts
        ]
        with _as_s3():
            made = dict(zip(sorted(last.values()), self._buckets.upload(wanted, overwrite), strict=True))
        return [made[last[url]] for url, *_ in uploads]

    def _list(self, keys: Any, depth: str, prefix_of: Callable[[str | None, Any], str]) -> list[S3Object]:
        prefixes = [prefix_of(self._root, key) for key in ([None] if keys is None else keys)]
        with _as_s3():
            listings = self._buckets.listings([split(prefix) for prefix in prefixes], depth)
        return [
            S3Object(prefix, f"s3://{split(prefix)[0]}/{key}{'' if size is not None else '/'}", None, size)
            for prefix, listing in zip(prefixes, listings, strict=True)
            for key, size in listing
        ]

    def _wanted(self, key: str | S3GetObject | None) -> tuple[str, Range | None]:
        if not isinstance(key, S3GetObject):
            return url_of(self._root, key), None
        offset, length = key.offset or 0, key.length
        if length == 0 or (offset < 0 and (length is None or length > 0)):
            raise MetaflowS3InvalidRange(
                f"`{key.key}` is asked for {length} bytes from {offset} on",
                hints=["count from 0 and ask for some; a negative length, `-n`, is the last `n` bytes"],
            )
        return url_of(self._root, key.key), (max(offset, 0), length)

    def _read(self, wanted: list[tuple[str, Range | None]]) -> list[tuple[Any, ...] | None]:
        """What was read of each: facts, start, length, file. What is wanted twice is read once."""
        distinct = {one: self._new_file(one[0]) for one in dict.fromkeys(wanted)}
        requests = [(split(url), range_, path) for (url, range_), path in distinct.items()]
        done = self._buckets.download(requests)
        files = {
            one: None if found is None else (*found, path)
            for (one, path), found in zip(distinct.items(), done, strict=True)
        }
        return [files[one] for one in wanted]

    def _object(self, prefix: str | None, url: str, read: tuple[Any, ...] | None, with_info: bool) -> S3Object:
        if read is None:
            return S3Object(prefix, url, None)
        (size, *facts), start, length, path = read
        if not with_info:
            return S3Object(prefix, url, path, length)
        return _described(prefix, url, path, length, facts, RangeInfo(size, start, length))

    def _known(self, urls: list[str], infos: list[Any], return_missing: bool) -> list[S3Object]:
        found = []
        for url, facts in zip(urls, infos, strict=True):
            if facts is None and not return_missing:
                raise _not_there(url)
            found.append(
                S3Object(self._root, url, None)
                if facts is None
                else _described(self._root, url, None, facts[0], facts[1:], None)
            )
        return found

    def _temporary_folder(self) -> str:
        if self._folder is None:
            self._folder = os.path.abspath(tempfile.mkdtemp(prefix="spinloom.s3.", dir=self._tmproot))
        return self._folder

    def _new_file(self, url: str) -> str:
        """A path for a copy, of this process. Its name ends as the object's does, since programs go by that."""
        self._files += 1
        name = re.sub(r"[^A-Za-z0-9._-]", "_", url.rsplit("/", 1)[1])[-80:]
        return os.path.join(self._temporary_folder(), f"{os.getpid()}-{self._files}-{name}")


class _as_s3:
    """Errors of the native part become those of S3; with ``missing_bucket``, that there is none ends the block."""

    def __init__(self, missing_bucket: bool = False) -> None:
        self._missing_bucket = missing_bucket

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, SpinloomException) or isinstance(error, MetaflowS3Exception | MetaflowS3NotFound):
            return False
        if self._missing_bucket and error.code == MetaflowS3NotFound.code:
            return True
        raise of_s3(error) from None


def _described(
    prefix: str | None, url: str, path: str | None, size: int, facts: Any, range_info: RangeInfo | None
) -> S3Object:
    content_type, notes, encryption, last_modified = facts
    metadata = json.loads(notes) if notes else None
    return S3Object(prefix, url, path, size, content_type, metadata, range_info, last_modified, encryption)


def _not_there(url: str) -> MetaflowS3NotFound:
    return MetaflowS3NotFound(
        f"there is no object `{url}`",
        hints=["`list_paths()` tells what there is; `return_missing=True` gives missing objects instead of raising"],
    )
