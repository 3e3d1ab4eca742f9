"""What can go wrong with objects in S3, under the names Metaflow's users know."""

from __future__ import annotations

from spinloom.exceptions import MetaflowException, SpinloomException


class MetaflowS3InvalidObject(MetaflowException):
    """A value cannot be stored as an object."""

    code = "SL0603"
    headline = "Not a string-like object"


class MetaflowS3URLException(MetaflowException):
    """An address is not one of an object, or is not allowed here."""

    code = "SL0601"
    headline = "Invalid address"


class MetaflowS3Exception(MetaflowException):
    """S3 cannot be reached, or does not do what it is asked to."""

    code = "SL0406"
    headline = "S3 access failed"


class MetaflowS3NotFound(MetaflowException):
    """An object, or its bucket, does not exist."""

    code = "SL0602"
    headline = "S3 object not found"


class MetaflowS3AccessDenied(MetaflowException):
    """S3 refuses: credentials are missing, wrong, or not allowed to do this."""

    code = "SL0407"
    headline = "S3 access denied"


class MetaflowS3InvalidRange(MetaflowS3Exception):
    """A range of bytes is not in the object. Metaflow's `get_many` raises the base class for it."""

    code = "SL0603"
    headline = "S3 invalid range"


class MetaflowS3InsufficientDiskSpace(MetaflowException):
    """The disk that holds the temporary folder is full."""

    code = "SL0404"
    headline = "Insufficient disk space"


_BY_CODE: dict[str, type[MetaflowException]] = {
    "SL0002": MetaflowS3URLException,
    "SL0404": MetaflowS3InsufficientDiskSpace,
    "SL0407": MetaflowS3AccessDenied,
    "SL0602": MetaflowS3NotFound,
    "SL0603": MetaflowS3InvalidRange,
}


def of_s3(error: SpinloomException) -> MetaflowException:
    """The exception of this module for one of the native part."""
    kind = _BY_CODE.get(error.code, MetaflowS3Exception)
    made = kind(error.message, error.line, error.file, error.hints, error.code)
    for hint in error.hints:
        made.add_note(f"hint: {hint}")  # a traceback shows notes; the command line draws hints itself
    return made
