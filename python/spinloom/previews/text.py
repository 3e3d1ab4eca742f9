"""A preview as a few words, for messages and lists."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LONGEST = 120


def as_text(preview: dict[str, Any] | None) -> str:
    """What a preview says, in one line; empty if it says nothing that the type does not."""
    if not preview:
        return ""
    how = _HOW.get(preview.get("kind", ""))
    text = " ".join(str(how(preview) if how else "").split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _scalar(preview: dict[str, Any]) -> str:
    return str(preview["value"] if "value" in preview else preview.get("text", ""))


def _text(preview: dict[str, Any]) -> str:
    return repr(preview["text"]) if "text" in preview else f"{preview.get('length', 0)} bytes"


def _collection(preview: dict[str, Any]) -> str:
    return f"{preview['type']} of {preview['length']}"


def _array(preview: dict[str, Any]) -> str:
    shape = " × ".join(map(str, preview.get("shape", ())))
    return f"{shape or 'one'} of {preview.get('dtype', '?')}"


def _table(preview: dict[str, Any]) -> str:
    columns = preview.get("columns", [])
    names = ", ".join(f"{column['name']} {column['dtype']}".strip() for column in columns)
    return f"{preview.get('rows', '?')} rows of {names}"


def _image(preview: dict[str, Any]) -> str:
    return f"{preview.get('width', '?')} × {preview.get('height', '?')} {preview.get('mode', '')}"


def _figure(preview: dict[str, Any]) -> str:
    return str(preview.get("title", "")) or ", ".join(trace["type"] for trace in preview.get("traces", []))


def _named(pairs: list[Any]) -> str:
    return ", ".join(f"{name}={as_text(one) or one['type']}" for name, one in pairs)


def _model(preview: dict[str, Any]) -> str:
    return f"{preview['type'].rpartition('.')[2]}({_named(preview.get('parameters', []))})"


def _object(preview: dict[str, Any]) -> str:
    fields = preview.get("fields")
    return str(preview.get("text", "")) if fields is None else f"{preview['type'].rpartition('.')[2]}({_named(fields)})"


_HOW = {
    "scalar": _scalar,
    "text": _text,
    "collection": _collection,
    "array": _array,
    "table": _table,
    "image": _image,
    "figure": _figure,
    "model": _model,
    "object": _object,
}
