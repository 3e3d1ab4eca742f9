"""`artifact get`: one artifact, written as a file of another kind.

The command line has resolved which; what is plain bytes it has copied itself. Libraries are imported when a value asks for them.
"""

from __future__ import annotations

import json
import os
import sys

from .exceptions import MetaflowException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SCHEMA = 1


def export(request: dict[str, Any]) -> None:
    """Loads the artifact and writes it where the request says."""
    value = _load(request)
    if request["json"] and not request["output"]:
        _answer(request, {"artifact": request["artifact"], **_as_data(value)})
        return
    wanted = request["format"]
    kind = _natural(value, bool(request["terminal"])) if wanted == "auto" else wanted
    data = _bytes_of(value, kind, request)
    if request["output"]:
        _write(request, data)
        shown = request["shown"]
        if request["json"]:
            _answer(request, {"artifact": request["artifact"], "file": shown, "format": kind, "bytes": len(data)})
        else:
            print(f"wrote `{shown}`, {_size(len(data))}")
    elif request["terminal"] and kind not in ("text", "json", "csv"):
        raise _cannot(f"a value written as `{kind}` is nothing for a terminal", "write it to a file with `-o`")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _load(request: dict[str, Any]) -> Any:
    from .client import DataArtifact, metadata, namespace

    metadata(f"local@{request['store']}")
    namespace(None)
    try:
        return DataArtifact(request["pathspec"]).data
    except MetaflowException:
        raise
    except Exception as error:  # unpickling runs the code of whoever saved it
        kind = type(error).__name__
        hint = "copy it unopened with `--format pickle`, or load it where the flow runs"
        raise _cannot(f"`{request['pathspec']}` cannot be loaded: {kind}: {error}", hint) from error


def _natural(value: Any, terminal: bool) -> str:
    """What a value is best written as if nobody said."""
    if terminal or isinstance(value, str):
        return "text"
    if isinstance(value, (bytes, bytearray)):
        return "bytes"
    for kind, fits in (("csv", _is_table), ("npy", _is_array), ("png", _is_picture)):
        if fits(value):
            return kind
    try:
        _json(value)
    except (TypeError, ValueError):
        return "pickle"
    return "json"


def _bytes_of(value: Any, kind: str, request: dict[str, Any]) -> bytes:
    try:
        data = _WRITERS[kind](value)
    except MetaflowException:
        raise
    except ImportError as error:
        raise _unfit(value, kind, f" here: {str(error).partition(chr(10))[0]}") from error
    except Exception as error:
        raise _unfit(value, kind, f": {type(error).__name__}: {error}") from error
    if data is None:
        raise _unfit(value, kind)
    return data


def _unfit(value: Any, kind: str, why: str = "") -> MetaflowException:
    name = type(value).__name__
    hint = "write it as `pickle`, or leave `--format` out"
    return _cannot(f"a value of type `{name}` cannot be written as `{kind}`{why}", hint)


def _cannot(message: str, hint: str) -> MetaflowException:
    return MetaflowException(message, hints=[hint], code="SL0313")


def _module(value: Any) -> str:
    """The library the type of a value is of."""
    return type(value).__module__.partition(".")[0]


def _is_table(value: Any) -> bool:
    library, name = _module(value), type(value).__name__
    return (library, name) in {
        ("pandas", "DataFrame"),
        ("pandas", "Series"),
        ("polars", "DataFrame"),
        ("polars", "Series"),
        ("pyarrow", "Table"),
        ("pyarrow", "RecordBatch"),
    }


def _is_array(value: Any) -> bool:
    return _module(value) == "numpy" and hasattr(value, "dtype") and not value.dtype.hasobject


def _is_picture(value: Any) -> bool:
    return (_module(value) == "PIL" and hasattr(value, "save")) or (
        _module(value) == "matplotlib" and hasattr(value, "savefig")
    )


def _pickle(value: Any) -> bytes:
    import pickle

    return pickle.dumps(value, 5)


def _json(value: Any) -> bytes:
    return (json.dumps(_plain(value), ensure_ascii=False, allow_nan=False) + "\n").encode()


def _plain(value: Any) -> Any:
    """A value as `json` knows it: tables are lists of rows, arrays lists of numbers."""
    if _is_table(value):
        return _rows(value)
    if _module(value) in ("numpy", "torch") and hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _rows(value: Any) -> Any:
    if _module(value) == "pandas":
        return json.loads(value.to_json(orient="records", date_format="iso"))
    if _module(value) == "polars":
        return value.to_dicts() if hasattr(value, "to_dicts") else value.to_list()
    return value.to_pylist()


def _npy(value: Any) -> bytes | None:
    import io

    numpy = __import__("numpy")
    array = numpy.asarray(value)
    if array.dtype.hasobject:
        return None
    out = io.BytesIO()
    numpy.save(out, array, allow_pickle=False)
    return out.getvalue()


def _csv(value: Any) -> bytes | None:
    import csv
    import io

    if _module(value) == "pandas":
        return value.to_csv(index=_has_index(value)).encode()
    if _module(value) == "polars":
        table = value if hasattr(value, "write_csv") else value.to_frame()
        return table.write_csv().encode()
    if _module(value) == "pyarrow":
        writer = __import__("pyarrow.csv", fromlist=["write_csv"])
        out = io.BytesIO()
        writer.write_csv(value, out)
        return out.getvalue()
    rows = value.tolist() if _module(value) == "numpy" else value
    if not isinstance(rows, (list, tuple)) or not rows:
        return None
    text = io.StringIO()
    plain = csv.writer(text, lineterminator="\n")
    if all(isinstance(row, dict) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        plain.writerow(names)
        plain.writerows([row.get(name, "") for name in names] for row in rows)
    else:
        plain.writerows(row if isinstance(row, (list, tuple)) else [row] for row in rows)
    return text.getvalue().encode()


def _has_index(value: Any) -> bool:
    """Whether the index of a table says anything that counting does not."""
    index = value.index
    return type(index).__name__ != "RangeIndex" or index.name is not None


def _parquet(value: Any) -> bytes | None:
    import io

    out = io.BytesIO()
    if _module(value) == "pandas":
        table = value.to_frame(value.name if value.name is not None else "value") if value.ndim == 1 else value
        table.to_parquet(out)
    elif _module(value) == "polars":
        table = value if hasattr(value, "write_parquet") else value.to_frame()
        table.write_parquet(out)
    elif _module(value) == "pyarrow":
        arrow = __import__("pyarrow")
        table = value if hasattr(value, "num_columns") else None
        if table is None:
            return None
        if type(table).__name__ == "RecordBatch":
            table = arrow.Table.from_batches([table])
        __import__("pyarrow.parquet", fromlist=["write_table"]).write_table(table, out)
    else:
        return None
    return out.getvalue()


def _raw(value: Any) -> bytes | None:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return value.encode() if isinstance(value, str) else None


def _text(value: Any) -> bytes:
    text = value if isinstance(value, str) else str(value)
    return (text if text.endswith("\n") else text + "\n").encode(errors="surrogateescape")


def _png(value: Any) -> bytes | None:
    import io

    if isinstance(value, (bytes, bytearray)) and value[:8] == b"\x89PNG\r\n\x1a\n":
        return bytes(value)
    if not _is_picture(value):
        return None
    out = io.BytesIO()
    if _module(value) == "PIL":
        value.save(out, format="PNG")
    else:
        value.savefig(out, format="png")
    return out.getvalue()


_WRITERS: dict[str, Callable[[Any], bytes | None]] = {
    "pickle": _pickle,
    "json": _json,
    "npy": _npy,
    "csv": _csv,
    "parquet": _parquet,
    "bytes": _raw,
    "text": _text,
    "png": _png,
}


def _write(request: dict[str, Any], data: bytes) -> None:
    """Writes the file as a whole: what was there stays until then."""
    path = request["output"]
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "wb") as handle:
            handle.write(data)
        os.replace(part, path)
    except OSError as error:
        if os.path.exists(part):
            os.unlink(part)
        raise _cannot(f"cannot write `{request['shown']}`: {error.strerror}", "name another file with `-o`") from error


def _as_data(value: Any) -> dict[str, Any]:
    """A value for programs: as JSON if it can be, else as text."""
    try:
        return {"value": json.loads(_json(value))}
    except (TypeError, ValueError):
        return {"text": str(value)}


def _answer(request: dict[str, Any], data: dict[str, Any]) -> None:
    print(json.dumps({"schema": SCHEMA, "command": "artifact get", "ok": True, "data": data, "warnings": []}))


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    size, unit = count / 1000, 0
    while size >= 1000 and unit < 3:
        size, unit = size / 1000, unit + 1
    return f"{int(size * 10) / 10} {('kB', 'MB', 'GB', 'TB')[unit]}"
