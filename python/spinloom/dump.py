"""`dump`: artifacts of finished tasks, printed or pickled into a file."""

from __future__ import annotations

import json
import pickle
import sys

from . import encoding
from .buffers import unpickle
from .previews.text import as_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCHEMA = 1


def dump(request: dict[str, Any]) -> None:
    """Carries out a request the command line has resolved: which tasks of which store, and what to show of them."""
    native: Any = __import__("spinloom._native", fromlist=["Store"])
    store = native.Store(request["store"])
    found = {task["pathspec"]: _artifacts(store, request, task) for task in request["tasks"]}
    if request.get("file"):
        _to_file(store, request, found)
    elif request.get("json"):
        data = {path: {entry["name"]: _as_json(entry) for entry in entries} for path, entries in found.items()}
        answer = {"schema": SCHEMA, "command": "dump", "ok": True, "data": data, "warnings": []}
        print(json.dumps(answer))
    else:
        for path, entries in found.items():
            print(f"Dumping output of {path}", file=sys.stderr)
            for entry in entries:
                shown = f" = {entry['text']}" if "text" in entry else ""
                print(f"{entry['name']} [size: {entry['size']} type: {entry['type']}]{shown}")


def _artifacts(store: Any, request: dict[str, Any], task: dict[str, Any]) -> list[dict[str, Any]]:
    """The artifacts of a task that were asked for; those small enough with their value as text."""
    wanted = request.get("include")
    chosen = []
    address = task["manifest"]
    for entry in json.loads(store.artifacts(address)) if address else ():
        private = entry["name"].startswith("_") and not request.get("private")
        if private if wanted is None else entry["name"] not in wanted:
            continue
        entry["at"] = address
        if request.get("file") is None and entry["size"] <= request["max_value_size"]:
            entry["text"] = _text(store, request, entry)
        chosen.append(entry)
    return sorted(chosen, key=lambda entry: entry["name"])


def _value(entry: dict[str, Any], stream: bytes, buffers: Any) -> Any:
    pickled = entry["encoding"].startswith(encoding.PICKLE)
    return unpickle(stream, buffers) if pickled else encoding.decode(stream, buffers, entry)


def _text(store: Any, request: dict[str, Any], entry: dict[str, Any]) -> str:
    try:
        value = _value(entry, *store.load(entry["at"], entry["name"]))
        return repr(value) if request.get("json") else str(value)
    except Exception as error:  # unpickling runs the user's code; one bad value hides no other
        looks = as_text(json.loads(store.preview(entry["at"], entry["name"])))
        return f"<cannot be read: {error}{f'; when it was saved: {looks}' if looks else ''}>"


def _as_json(entry: dict[str, Any]) -> dict[str, Any]:
    shown = {"type": entry["type"], "size": entry["size"]}
    return {**shown, "repr": entry["text"]} if "text" in entry else shown


def _to_file(store: Any, request: dict[str, Any], found: dict[str, list[dict[str, Any]]]) -> None:
    values: dict[str, dict[str, Any]] = {}
    for path, entries in found.items():
        values[path] = {}
        for entry in entries:
            found = store.load(entry["at"], entry["name"])
            try:
                values[path][entry["name"]] = _value(entry, *found)
            except Exception as error:  # as in `_text`
                print(f"left out `{path}/{entry['name']}`, which cannot be read: {error}", file=sys.stderr)
    with open(request["file"], "wb") as handle:
        pickle.dump(values, handle, protocol=5)
    print(f"Artifacts written to {request['file']}", file=sys.stderr)
