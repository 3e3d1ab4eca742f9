"""What values of a config must be like: a pydantic model, a dataclass, a JSON schema or the path of one."""

from __future__ import annotations

import dataclasses
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .config import Declared


def described(config: Declared) -> dict[str, Any]:
    """The schema, for the native part: `{"kind": "json", …}`, `{"kind": "file", …}`, or `{"kind": "model"}`.

    A dataclass is described as a JSON schema; what only pydantic can say is asked of it (`check`).
    """
    schema = config.schema
    if isinstance(schema, (str, os.PathLike)):
        return {"kind": "file", "path": os.fspath(schema)}
    if isinstance(schema, dict):
        return {"kind": "json", "schema": schema}
    if isinstance(schema, type) and dataclasses.is_dataclass(schema):
        return {"kind": "json", "schema": _of_dataclass(schema, config), "name": schema.__name__}
    if hasattr(schema, "model_validate"):
        return {"kind": "model", "name": getattr(schema, "__name__", "model")}
    raise config.problem(
        f"has the schema `{schema!r}`",
        ["give it a pydantic model, a dataclass, a dictionary with a JSON schema, or the path of one"],
    )


def check(config: Declared, value: Any) -> dict[str, Any]:
    """What a pydantic model makes of a value: `{"value": …}`, or `{"problems": [{"path", "message"}]}`."""
    from pydantic import ValidationError

    try:
        model = config.schema.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return {"problems": [{"path": list(one["loc"]), "message": one["msg"]} for one in found]}
    return {"value": model.model_dump(mode="json")}


_PLAIN = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    dict: {"type": "object"},
    list: {"type": "array"},
    tuple: {"type": "array"},
}


def _of_dataclass(kind: type, config: Declared) -> dict[str, Any]:
    import typing

    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    return {
        "type": "object",
        "properties": {field.name: _property(field, hints[field.name], config) for field in fields},
        "required": [field.name for field in fields if not _has_default(field)],
        "additionalProperties": False,
    }


def _has_default(field: Any) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _property(field: Any, hint: Any, config: Declared) -> dict[str, Any]:
    schema = _of_type(hint, config)
    default = field.default
    if default is dataclasses.MISSING and field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    if default is not dataclasses.MISSING:
        schema = {**schema, "default": _as_json(default)}
    return schema


def _as_json(value: Any) -> Any:
    import enum

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return _as_json(value.value)
    if isinstance(value, (list, tuple)):
        return [_as_json(one) for one in value]
    if isinstance(value, dict):
        return {key: _as_json(one) for key, one in value.items()}
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _of_type(hint: Any, config: Declared) -> dict[str, Any]:
    import enum
    import types
    import typing

    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _of_type(inner[0], config)
    if origin is typing.Literal:
        return {"enum": list(inner)}
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_of_type(one, config) for one in inner]}
    if origin is list or (origin is tuple and inner[1:] == (...,)):
        return {"type": "array", "items": _of_type(inner[0], config)}
    if origin is tuple:
        items = [_of_type(one, config) for one in inner]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of_type(inner[1], config)}
    if hint is typing.Any or hint is object:
        return {}
    if isinstance(hint, type):
        if dataclasses.is_dataclass(hint):
            return _of_dataclass(hint, config)
        if issubclass(hint, enum.Enum):
            return {"enum": [_as_json(one) for one in hint]}
        if issubclass(hint, os.PathLike):
            return {"type": "string"}
        if hint in _PLAIN:
            return dict(_PLAIN[hint])
    raise config.problem(
        f"has a dataclass with a field of type `{hint!r}`, which a config cannot be checked against",
        ["use str, int, float, bool, None, list, dict, Literal, an enum or another dataclass, or a pydantic model"],
    )
