"""A card as it is kept: one JSON document. The format is in `docs/design/0011-cards.md`."""

from __future__ import annotations

import json
import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LARGEST = 64 << 20
"""Bytes of a document."""


class TooLarge(Exception):
    """A card is larger than cards may be."""


class Document:
    """What one card shows at one moment."""

    def __init__(self, kind: str, id: str | None, pathspec: str, attempt: int, hash: str | None = None) -> None:
        self.kind = kind
        self.id = id
        self.hash = hash or os.urandom(16).hex()
        self.pathspec = pathspec
        self.attempt = attempt
        self.final = False
        self.failed = False
        self.token = "final"
        self.parts: list[dict[str, Any]] = []
        self.page: str | None = None
        self.data: Any = None
        self.has_data = False
        self.scripts: list[tuple[str, str]] = []
        self.warnings: list[str] = []
        self.encoded: tuple[int, bytes] | None = None

    @classmethod
    def of_parts(cls, kind: str, pathspec: str, parts: list[dict[str, Any]]) -> Document:
        """A document that belongs to no attempt, to be made HTML of."""
        document = cls(kind, None, pathspec, 0)
        document.final = True
        document.parts = parts
        return document

    def note(self, at: int) -> str:
        """What a list of cards needs, as JSON."""
        note: dict[str, Any] = {"type": self.kind, "id": self.id, "hash": self.hash, "at": at}
        if self.failed:
            note["failed"] = True
        return json.dumps(note)

    def encode(self, at: int, script: Any = None) -> bytes:
        """The document as JSON. `script` keeps the text of a library, and answers what it is to be called.

        Raises:
            TooLarge: it would be larger than `LARGEST`.
        """
        card = {
            "type": self.kind,
            "id": self.id,
            "hash": self.hash,
            "pathspec": self.pathspec,
            "attempt": self.attempt,
        }
        whole: dict[str, Any] = {"version": 1, "card": card, "at": at, "final": self.final, "reload_token": self.token}
        if self.failed:
            whole["failed"] = True
        if self.scripts:
            whole["scripts"] = [
                {"name": name, **({} if script is None else {"hash": script(name, text)})}
                for name, text in self.scripts
            ]
        if self.page is not None:
            whole["html"] = self.page
        else:
            whole["components"] = self.parts
            uses = sorted({"vega" for kind in _kinds(self.parts) if kind == "vegaChart"})
            if uses:
                whole["uses"] = uses
        if self.has_data:
            whole["data"] = self.data
        if self.warnings:
            whole["warnings"] = self.warnings
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), default=str)
        # Half characters are in no UTF-8, and what JSON has no number for is in no JSON.
        encoded = text.encode("utf-8", "replace")
        if "NaN" in text or "Infinity" in text:
            encoded = json.dumps(_finite(whole), ensure_ascii=False, default=str).encode("utf-8", "replace")
        if len(encoded) > LARGEST:
            raise TooLarge(
                f"the card is {len(encoded) >> 20} MiB large, and cards may have {LARGEST >> 20} MiB: "
                "show less, such as a sample of a table, or keep the data as an artifact"
            )
        return encoded

    def html(self) -> str:
        """The document as an HTML page."""
        from .. import _native  # type: ignore[attr-defined]

        texts = [text.encode() for _, text in self.scripts]
        made: str = _native.card_page(self.encode(now()), texts)
        return made


def now() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


def _kinds(parts: Any) -> Iterator[str]:
    if isinstance(parts, dict):
        kind = parts.get("type")
        if isinstance(kind, str):
            yield kind
        if kind in ("page", "section"):
            yield from _kinds(parts.get("contents"))
        elif kind == "table":
            yield from _kinds([row for row in parts["data"][:1000] if any(isinstance(one, dict) for one in row)])
    elif isinstance(parts, list):
        for part in parts:
            if isinstance(part, (dict, list)):
                yield from _kinds(part)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return value
