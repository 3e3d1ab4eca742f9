"""What goes into the client and what comes out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import io
    from typing import Any


class S3GetObject(NamedTuple):
    """An object, or a range of it, to be read: ``length`` bytes from ``offset`` on.

    Without a length it is the rest of the object; a negative length, ``-n``, is the last ``n`` bytes.
    """

    key: str
    offset: int | None
    length: int | None


class S3PutObject(NamedTuple):
    """An object to be made, of a ``value``, or of the file at ``path``, and what is to be said about it.

    ``metadata`` is what can be written as JSON, and is kept beside the object.
    """

    key: str
    value: io.RawIOBase | io.BufferedIOBase | str | bytes | None = None
    path: str | None = None
    content_type: str | None = None
    encryption: str | None = None
    metadata: dict[str, Any] | None = None


class RangeInfo(NamedTuple):
    """Which bytes of an object were read: its size, the position of the first of them, how many they are."""

    total_size: int
    request_offset: int = 0
    request_length: int = -1


class S3Object:
    """An object in S3, or a place where there is none, and perhaps a copy of it in a file.

    The client makes these. The file lasts until the client is closed.
    """

    def __init__(
        self,
        prefix: str | None,
        url: str,
        path: str | None,
        size: int | None = None,
        content_type: str | None = None,
        metadata: dict[str, Any] | None = None,
        range_info: RangeInfo | None = None,
        last_modified: float | None = None,
        encryption: str | None = None,
    ) -> None:
        inside = prefix is not None and prefix != url
        self._prefix = prefix if inside else None
        # Where the prefix ends in the middle of a name, its key is what follows the character after it, as in Metaflow.
        self._key = url[len(prefix.rstrip("/")) + 1 :].rstrip("/") if inside and prefix else url
        self._url = url
        self._path = path
        self._size = size
        self._content_type = content_type
        self._metadata = metadata
        self._range_info = range_info
        self._last_modified = last_modified
        self._encryption = encryption

    @property
    def exists(self) -> bool:
        """Whether there is such an object. A folder, of a listing, is none."""
        return self._size is not None

    @property
    def downloaded(self) -> bool:
        """Whether there is a copy of it in a file."""
        return self._path is not None

    @property
    def url(self) -> str:
        """Where it is: ``s3://bucket/key``."""
        return self._url

    @property
    def prefix(self) -> str | None:
        """What was asked for, if this is below it."""
        return self._prefix

    @property
    def key(self) -> str:
        """The rest of its URL after the prefix; without a prefix, its URL."""
        return self._key

    @property
    def path(self) -> str | None:
        """The file with its content, if it was downloaded. It lasts until the client is closed."""
        return self._path

    @property
    def blob(self) -> bytes | None:
        """Its content, if it was downloaded."""
        if self._path is None:
            return None
        with open(self._path, "rb") as file:
            return file.read()

    @property
    def text(self) -> str | None:
        """Its content as text in UTF-8, if it was downloaded; what is none becomes ``�``."""
        blob = self.blob
        return None if blob is None else blob.decode("utf-8", errors="replace")

    @property
    def size(self) -> int | None:
        """How many bytes it has, or its range that was asked for; None if there is no such object."""
        return self._size

    @property
    def has_info(self) -> bool:
        """Whether its type, its metadata or its range is known."""
        return not (self._content_type is None and self._metadata is None and self._range_info is None)

    @property
    def metadata(self) -> dict[str, Any] | None:
        """What its writer noted, if anything."""
        return self._metadata

    @property
    def content_type(self) -> str | None:
        """Which kind of data it is, such as ``text/csv``."""
        return self._content_type

    @property
    def encryption(self) -> str | None:
        """How S3 has encrypted it, where S3 tells."""
        return self._encryption

    @property
    def range_info(self) -> RangeInfo | None:
        """Which bytes of it were downloaded."""
        return self._range_info

    @property
    def last_modified(self) -> float | None:
        """When it was written, in seconds since the Unix epoch."""
        return self._last_modified

    def __repr__(self) -> str:
        if not self.exists:
            return f"<S3Object {self._url} (object does not exist)>"
        return f"<S3Object {self._url} ({self._size} bytes, {'local' if self.downloaded else 'in S3'})>"
