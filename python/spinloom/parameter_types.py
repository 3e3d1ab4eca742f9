"""Types of parameters beyond Metaflow's: how their values are written as JSON, and read back.

What a value may be is decided by the native part, from the parameter's document; only what needs Python's objects is here.
"""

from __future__ import annotations

import datetime
import enum
import json
import pathlib
import typing

from . import jsonvalue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLAIN: dict[Any, str] = {str: "str", int: "int", float: "float", bool: "bool"}


class Shape:
    """A type, as the document has it (`kind`, `fields`), and the way between its values and JSON."""

    kind: str
    wanted: str

    def fields(self) -> dict[str, Any]:
        """What the parameter's document says of it beside `type`."""
        return {}

    def to_json(self, value: Any) -> Any:
        """A value, or the text of one, as JSON. Raises `ValueError` or `TypeError` for what is none."""
        raise NotImplementedError

    def from_json(self, value: Any) -> Any:
        """The reverse, for what `to_json` or the native part has made."""
        return value


class _Plain(Shape):
    def __init__(self, type_: type) -> None:
        self.kind = _PLAIN[type_]
        self.wanted = f"of type `{type_.__name__}`"
        self.types: Any = (int, float) if type_ is float else type_

    def to_json(self, value: Any) -> Any:
        if not isinstance(value, self.types) or (isinstance(value, bool) and self.types is not bool):
            raise TypeError(value)
        return value


class _Any(Shape):
    kind, wanted = "json", "JSON"

    def to_json(self, value: Any) -> Any:
        jsonvalue.encode(value)
        return value


class _Datetime(Shape):
    kind, wanted = "datetime", "a date and time"

    def to_json(self, value: Any) -> Any:
        if isinstance(value, str):
            value = datetime.datetime.fromisoformat(value)
        if isinstance(value, datetime.datetime):
            return value.isoformat()
        return datetime.datetime.combine(value, datetime.time()).isoformat()

    def from_json(self, value: Any) -> Any:
        return datetime.datetime.fromisoformat(value)


class _Date(Shape):
    kind, wanted = "date", "a date"

    def to_json(self, value: Any) -> Any:
        if isinstance(value, str):
            value = datetime.date.fromisoformat(value)
        if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
            raise TypeError(value)
        return value.isoformat()

    def from_json(self, value: Any) -> Any:
        return datetime.date.fromisoformat(value)


class _Path(Shape):
    kind, wanted = "path", "a path"

    def __init__(self, type_: type) -> None:
        self.type = type_

    def to_json(self, value: Any) -> Any:
        import os

        return os.fsdecode(value)

    def from_json(self, value: Any) -> Any:
        path = self.type(value)
        return path.expanduser() if isinstance(path, pathlib.Path) else path


class _Enum(Shape):
    kind = "enum"

    def __init__(self, type_: Any) -> None:
        self.type = type_
        self.wanted = f"a member of `{type_.__name__}`"
        # What a member is called beside its name: its value, if nothing else is called that.
        self.synonyms = {str(one.value): one.name for one in type_ if str(one.value) not in type_.__members__}

    def fields(self) -> dict[str, Any]:
        return {"choices": [one.name for one in self.type], "synonyms": self.synonyms, "class": self.type.__name__}

    def to_json(self, value: Any) -> Any:
        if isinstance(value, self.type):
            return value.name
        name = self.synonyms.get(value, value) if isinstance(value, str) else self.type(value).name
        try:
            return self.type[name].name
        except KeyError as error:
            raise ValueError(value) from error

    def from_json(self, value: Any) -> Any:
        return self.type[value]


class _List(Shape):
    kind = "list"

    def __init__(self, item: Shape | None) -> None:
        self.item = item or _Any()
        self.wanted = "a list" if item is None else f"a list, each item {item.wanted}"

    def fields(self) -> dict[str, Any]:
        return self.item.fields() | ({} if self.item.kind == "json" else {"item": self.item.kind})

    def to_json(self, value: Any) -> Any:
        if isinstance(value, str):
            value = json.loads(value)
        if not isinstance(value, (list, tuple)):
            raise TypeError(value)
        return [self.item.to_json(one) for one in value]

    def from_json(self, value: Any) -> Any:
        return [self.item.from_json(one) for one in value]


class _Literal(_Plain):
    def __init__(self, type_: type, values: tuple[Any, ...]) -> None:
        super().__init__(type_)
        self.values = list(values)

    def fields(self) -> dict[str, Any]:
        return {"choices": self.values}


class Model(Shape):
    """A class that checks its values itself, as pydantic's models do; pydantic is not imported for it."""

    kind = "model"

    def __init__(self, type_: Any) -> None:
        self.type = type_
        self.wanted = f"a `{type_.__name__}`"

    def fields(self) -> dict[str, Any]:
        """See `Shape.fields`."""
        return {"class": self.type.__name__}

    def to_json(self, value: Any) -> Any:
        """See `Shape.to_json`."""
        if isinstance(value, str):
            value = json.loads(value)
        return self.from_json(value).model_dump(mode="json")

    def from_json(self, value: Any) -> Any:
        """See `Shape.from_json`."""
        return self.type.model_validate(value)

    def wrong(self, value: Any) -> str | None:
        """What is wrong with a value, in words; `None` if nothing is."""
        try:
            self.from_json(value)
        except ValueError as error:
            found = error.errors() if hasattr(error, "errors") else [{"loc": (), "msg": str(error)}]
            return "; ".join(_at(one["loc"]) + _sentence(one["msg"]) for one in found)
        return None


def _at(place: tuple[Any, ...]) -> str:
    return f"`{'.'.join(map(str, place))}`: " if place else ""


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:]


def shape_of(type_: Any) -> Shape | None:
    """The shape of a type; `None` if parameters cannot have it."""
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if type_ is list or origin is list:
        item = _item(arguments[0]) if arguments else None
        return _List(item) if item or not arguments else None
    if origin is typing.Literal:
        kinds = {type(one) for one in arguments}
        kind = kinds.pop()
        return _Literal(kind, arguments) if not kinds and kind in _PLAIN else None
    if not isinstance(type_, type):
        return None
    if issubclass(type_, enum.Enum):
        return _Enum(type_)
    if issubclass(type_, pathlib.PurePath):
        return _Path(type_)
    if issubclass(type_, datetime.datetime):
        return _Datetime()
    if issubclass(type_, datetime.date):
        return _Date()
    if hasattr(type_, "model_validate") and hasattr(type_, "model_dump"):
        return Model(type_)
    return None


def _item(type_: Any) -> Shape | None:
    if type_ in _PLAIN:
        return _Plain(type_)
    found = shape_of(type_)
    return None if isinstance(found, (_List, Model)) else found
