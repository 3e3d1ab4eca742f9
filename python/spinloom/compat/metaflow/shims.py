"""Small functions that Metaflow has and that have no home of their own here."""

from __future__ import annotations

from typing import Any, NamedTuple

from spinloom import __version__, _native
from spinloom.exceptions import MetaflowUnknownUser

from .names import METAFLOW_VERSION

VERSION = f"{METAFLOW_VERSION}+spinloom.{__version__}"
"""What ``metaflow.__version__`` says: the release whose names these are, and who answers to them."""


class ForeachFrame(NamedTuple):
    """What Metaflow pickles into `_foreach_stack`, as a class of `__main__` (AR-11): a foreach a task is inside of."""

    step: str
    var: str
    num_splits: int | None
    index: int
    value: str | None


MAX_TAG_SIZE = 500
MAX_USER_TAG_SET_SIZE = 50


def get_version(public: bool = False) -> str:
    """The version; without the part that names Spinloom if ``public``."""
    return METAFLOW_VERSION if public else VERSION


def get_username() -> str | None:
    """The user's name; None if it is not known."""
    try:
        return _native.default_user()
    except MetaflowUnknownUser:
        return None


def resolve_identity_as_tuple() -> tuple[str, str]:
    """Kind and name of who is at work: ``("user", "ann")``."""
    kind, _, name = resolve_identity().partition(":")
    return kind, name


def resolve_identity() -> str:
    """Who is at work, as the default namespace: ``user:ann``."""
    return _native.default_namespace()


def is_stringish(x: Any) -> bool:
    """Whether ``x`` is text or bytes."""
    return isinstance(x, (str, bytes))


def to_unicode(x: Any) -> str:
    """``x`` as text; bytes are read as UTF-8."""
    return x.decode("utf-8") if isinstance(x, bytes) else str(x)


def to_bytes(x: Any) -> bytes:
    """``x`` as bytes; text is written as UTF-8."""
    return x.encode("utf-8") if isinstance(x, str) else bytes(x)
