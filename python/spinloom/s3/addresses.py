"""Which object a key names: with a root, a key below it; without one, a full URL."""

from __future__ import annotations

import sys
from typing import Any

from .errors import MetaflowS3URLException

_SCHEME = "s3://"


def root_of(run: Any, s3root: Any, bucket: str | None, prefix: str | None) -> str | None:
    """The root of a client, without a ``/`` at its end; None if there is none. A run wins over ``s3root``.

    Raises:
        MetaflowS3URLException: the root cannot be told.
    """
    if run is not None:
        return "/".join([_datatools_root(bucket, prefix), *_path_of(run)])
    if not s3root:
        return None
    if not isinstance(s3root, str) or not s3root.startswith(_SCHEME) or not s3root[len(_SCHEME) :].strip("/"):
        raise MetaflowS3URLException(
            f"the root `{s3root}` is not a URL of S3", hints=['write it with its bucket: `s3root="s3://bucket/prefix"`']
        )
    return s3root.rstrip("/")


def split(url: str) -> tuple[str, str]:
    """Bucket and key of a URL; the key may be empty."""
    bucket, _, key = url[len(_SCHEME) :].partition("/")
    return bucket, key


def url_of(root: str | None, key: Any) -> str:
    """The URL of what ``key`` names; without a key, of the root.

    Raises:
        MetaflowS3URLException: a full URL where there is a root, or none where there is no root.
    """
    if key is not None and not isinstance(key, str):
        raise MetaflowS3URLException(
            f"`{key!r}` is not a key: a key is text", hints=["give a `str`; of many objects, a list of them"]
        )
    if root is None:
        return _full(key)
    if key and key.startswith(_SCHEME):
        raise MetaflowS3URLException(
            f"`{key}` is a full URL, but this client has the root `{root}`",
            hints=["give the part below the root; `S3()`, without a root, takes full URLs"],
        )
    below = key.lstrip("/") if key else ""
    return f"{root}/{below}" if below else root


def folder_of(root: str | None, key: Any) -> str:
    """The URL of the folder that ``key`` names, with a ``/`` at its end."""
    return url_of(root, key).rstrip("/") + "/"


def _full(key: str | None) -> str:
    if not key or not key.startswith(_SCHEME) or "/" not in key[len(_SCHEME) :].lstrip("/"):
        what = f"`{key}` is not a full URL" if key else "no URL is given"
        raise MetaflowS3URLException(
            f"{what}, and this client has no root to look in",
            hints=[
                f"write `s3://bucket/{(key or 'key').split('://')[-1].strip('/')}`, or give the client a root: "
                '`S3(s3root="s3://bucket/prefix")`, in a step `S3(run=self)`'
            ],
        )
    return key


def _datatools_root(bucket: str | None, prefix: str | None) -> str:
    """Where objects of runs are: as it is set, but for what the client was told."""
    from spinloom import _native

    given = None if prefix is None else prefix.strip("/")
    if bucket is not None and given is not None:
        return f"{_SCHEME}{bucket}/{given}".rstrip("/")
    configured = _native.datatools_root()
    if configured is None or not configured.startswith(_SCHEME):
        raise MetaflowS3URLException(
            "where objects of runs are kept is not set" if configured is None else f"`{configured}` is not in S3",
            hints=[
                "set it, for example with `export SPINLOOM_DATATOOLS_S3ROOT=s3://bucket/data`, "
                'or write `S3(run=…, bucket="bucket", prefix="data")`'
            ],
        )
    of_bucket, path = split(configured)
    return f"{_SCHEME}{bucket or of_bucket}/{path if given is None else given}".rstrip("/")


def _path_of(run: Any) -> tuple[str, str]:
    """Flow and id of a run: the one that is at work, for a flow."""
    flow = sys.modules.get("spinloom.flow")
    if flow is not None and isinstance(run, flow.FlowSpec):
        from spinloom.context import current

        if not current.is_running_flow:
            raise MetaflowS3URLException(
                "a flow has a place in S3 only while it runs",
                hints=['use `S3(run=self)` in a step; elsewhere name a run: `S3(run=Run("TrainFlow/12"))`'],
            )
        return str(current.flow_name), str(current.run_id)
    try:
        if "/" in run.parent.id or str(getattr(run, "pathspec", "/")).count("/") != 1:
            raise AttributeError
        return str(run.parent.id), str(run.id)
    except AttributeError:
        raise MetaflowS3URLException(
            f"`run` is a `{type(run).__name__}`", hints=["give it `self`, in a step, or a `Run` of the Client"]
        ) from None
