"""`Parameter`: a value of a flow that is given when a run starts, and read-only from then on."""

from __future__ import annotations

import sys

from . import jsonvalue
from .delayed import Delayed, is_delayed, settle
from .exceptions import ParameterFieldFailed, ParameterFieldTypeMismatch
from .locations import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from .flow import FlowSpec
    from .parameter_types import Shape

RESERVED = frozenset(
    [
        "params",
        "with",
        "tag",
        "namespace",
        "obj",
        "tags",
        "decospecs",
        "run-id-file",
        "max-num-splits",
        "max-workers",
        "max-log-size",
        "user-namespace",
        "run-id",
        "task-id",
        "runner-attribute-file",
    ]
)
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class JSONTypeClass:
    """The type of a parameter that takes any JSON value."""

    name = "JSON"

    def __repr__(self) -> str:
        return "JSON"


JSONType = JSONTypeClass()

_KINDS: dict[object, str] = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    JSONType: "json",
    JSONTypeClass: "json",
}
_WANTED = {
    "str": "a string",
    "int": "an integer",
    "float": "a float",
    "bool": "a boolean",
    "json": "JSON",
    "file": "a path",
}
_TYPES = (
    "str, int, float, bool, JSONType, datetime, date, Path, an Enum, list, list[int] and the like, Literal[…], "
    "or a pydantic model"
)


class ParameterContext:
    """What a deploy-time default function is told."""

    def __init__(self, parameter_name: str, fields: dict[str, Any]) -> None:
        self.parameter_name = parameter_name
        self.flow_name: str | None = fields.get("flow_name")
        self.user_name: str | None = fields.get("user_name")
        self.ds_type: str = fields.get("ds_type", "local")
        self.configs: object = fields.get("configs")

    def logger(self, *parts: object) -> None:
        """Tells the user something."""
        print(*parts, file=sys.stderr)


class Parameter:
    """A value of the flow, settable on the command line.

    `name` is its name there, `default` a value or a function of a context that is called once when a run starts, `type`
    one of `str`, `int`, `float`, `bool` and `JSONType` (by default that of `default`), `separator` splits a string into
    a list. Beyond Metaflow's, `type` may be `datetime`, `date`, `Path`, an `Enum`, `list`, `list[…]`, `Literal[…]` or a
    pydantic model; `choices` are the only values allowed, `min` and `max` the least and the greatest.
    """

    _supported = "name, default, type, help, required, show_default, separator, choices, min, max"

    def __init__(
        self,
        name: str,
        default: object = None,
        type: object = None,
        help: str | None = None,
        required: bool | None = None,
        show_default: bool | None = None,
        separator: str | None = None,
        *,
        choices: Iterable[object] | None = None,
        min: object = None,
        max: object = None,
        **unknown: object,
    ) -> None:
        self.file, self.line = caller()
        self.name = name
        self.attribute = name
        self._check_name(unknown)
        given = {
            "default": default,
            "type": type,
            "help": help,
            "required": required,
            "show_default": show_default,
            "separator": separator,
            "choices": choices if choices is None or isinstance(choices, (str, Delayed)) else list(choices),
            "min": min,
            "max": max,
        }
        self._pending: dict[str, Any] | None = None
        if is_delayed(given):
            self._pending = given
            given = {name: None if is_delayed(value) else value for name, value in given.items()}
        self._define(given)

    def _define(self, given: dict[str, Any]) -> None:
        type_, default = given["type"], given["default"]
        self.help = given["help"] or ""
        self.separator = given["separator"]
        self.show_default = given["show_default"] is not False
        choices, bounds = given["choices"], [given["min"], given["max"]]
        limits = [*(choices or ()), *(bound for bound in bounds if bound is not None)]
        self.shape: Shape | None = None
        self.kind = self._kind_of(type_, limits[0] if limits and (default is None or callable(default)) else default)
        if self.separator is not None and self.kind not in ("str", "list"):
            raise self.problem("has a `separator`, which only a parameter of type `str` can have")
        self._limits = self._limited(choices, *bounds)
        self.function: Callable[[ParameterContext], object] | None = None
        self.default: object = None
        if callable(default):
            self.function = default
        elif default is not None:
            self.default = self.convert(default, self.kind)
        self.required = bool(given["required"]) and self.function is None and self.default is None

    def settle(self, names: Mapping[str, Any]) -> None:
        """Takes what it waits for, once the configs are known: `names` has their values."""
        if self._pending is not None:
            given, self._pending = settle(self._pending, names), None
            self._define(given)

    def _check_name(self, unknown: dict[str, object]) -> None:
        name = self.name
        if unknown:
            first = next(iter(unknown))
            raise self.problem(f"does not support the attribute `{first}`; these are supported: {self._supported}")
        if not isinstance(name, str) or not name or not set(name) <= _ALLOWED or name[0] == "-":
            raise self.problem("has a name that is not made of letters, digits, `_` and `-`")
        if name.lower().replace("_", "-") in RESERVED:
            raise self.problem("has a name that is reserved", ["give it another name"])

    def _kind_of(self, type_: object, default: object) -> str:
        if type_ is None:
            if isinstance(default, (dict, list)):
                return "json"
            if default is None or callable(default) or type(default) in _KINDS:
                return _KINDS.get(type(default), "str")
            from .parameter_types import shape_of

            self.shape = shape_of(type(default))
            return self.shape.kind if self.shape else "str"
        try:
            return _KINDS[type_]
        except (KeyError, TypeError):
            from .parameter_types import shape_of

            self.shape = shape_of(type_)
        if self.shape is None:
            raise self.problem(
                f"has the type `{getattr(type_, '__name__', type_)}`, which parameters cannot have",
                [f"use one of {_TYPES}"],
            )
        return self.shape.kind

    def _limited(self, choices: Iterable[object] | None, least: object, greatest: object) -> dict[str, Any]:
        """What the document says of choices and range. Whether it makes sense is checked with the flow."""
        limits = self.shape.fields() if self.shape else {}
        if choices is not None:
            if isinstance(choices, str) or not (given := list(choices)):
                raise self.problem("has no choices", ["give it a list, such as `choices=['small', 'large']`"])
            limits["choices"] = [self._limit(one) for one in given]
        for name, bound in (("min", least), ("max", greatest)):
            if bound is not None:
                limits[name] = self._limit(bound)
        return limits

    def _limit(self, value: object) -> object:
        try:
            shape = getattr(self.shape, "item", self.shape)
            return jsonvalue.encode(shape.to_json(value) if shape else value)
        except (TypeError, ValueError):
            raise self.problem(f"allows `{value!r}`, which is no value it can have") from None

    def problem(self, what: str, hints: list[str] | None = None) -> ParameterFieldFailed:
        """An error about this parameter, at the line it is defined at."""
        return ParameterFieldFailed(f"parameter `{self.name}` {what}", self.line, self.file, hints or [])

    def _mismatch(self, value: object, source: str) -> ParameterFieldTypeMismatch:
        return ParameterFieldTypeMismatch(
            f"{source} of parameter `{self.name}` is `{value!r}`, which is not {self.shape.wanted if self.shape else _WANTED[self.kind]}",
            self.line,
            self.file,
        )

    def convert(self, value: object, kind: str) -> object:
        """A default as a value of this parameter's type, if it can be one without loss."""
        problem = self._mismatch(value, "the default")
        try:
            if self.shape is not None:
                return self.shape.from_json(self.shape.to_json(value))
            if kind == "json":
                return _json(value)
            if kind == "file":
                return _path(value)
            if kind == "str" and isinstance(value, (str, int, float)):
                return str(value)
            if kind == "bool" and isinstance(value, str):
                return {"true": True, "false": False}[value.lower()]
            if kind == "bool" and isinstance(value, (bool, int)):
                return bool(value)
            if kind == "int" and isinstance(value, (int, str)):
                return int(value)
            if kind == "int" and isinstance(value, float) and value.is_integer():
                return int(value)
            if kind == "float" and isinstance(value, (int, float, str)):
                return float(value)
        except (ValueError, KeyError, TypeError):
            raise problem from None
        raise problem

    def call_default(self, fields: dict[str, Any]) -> object:
        """The value of a deploy-time default function. What it raises is the user's."""
        assert self.function is not None
        value = self.function(ParameterContext(self.name, fields))
        wrong = self._mismatch(value, "the value returned by the deploy-time default")
        wrong.code = "SL0101"  # nothing on the command line is wrong
        if value is None:
            return None
        if self.shape is not None:
            try:
                return self.shape.to_json(value)
            except (ValueError, TypeError) as error:
                raise wrong from error
        if self.kind == "json":
            try:
                return _json(value)
            except (ValueError, TypeError) as error:
                raise wrong from error
        if self.kind == "file":
            try:
                return _path(value)
            except TypeError as error:
                raise wrong from error
        wanted = {"str": str, "int": int, "float": (int, float), "bool": bool}[self.kind]
        if not isinstance(value, wanted) or (isinstance(value, bool) and self.kind != "bool"):  # type: ignore[arg-type]
            raise wrong
        return value

    def stored(self, value: Any) -> Any:
        """What is kept of a value the run was given."""
        return value if value is None or self.shape is None else self.shape.from_json(value)

    def read(self, value: Any) -> Any:
        """What steps see of what is kept."""
        return value

    def document(self) -> dict[str, Any]:
        """The parameter as the flow graph describes it."""
        computed = self.function is not None or self._pending is not None
        kind = "function" if computed else "none" if self.default is None else "value"
        return {
            "name": self.name,
            "attribute": self.attribute,
            "type": self.kind,
            "default": jsonvalue.encode(self._encoded(self.default)),
            "default_kind": kind,
            "required": self.required,
            "help": self.help,
            "show_default": self.show_default,
            "separator": self.separator,
            "file": self.file,
            "line": self.line,
            **self._limits,
        }

    def _encoded(self, value: object) -> object:
        return value if value is None or self.shape is None else self.shape.to_json(value)

    def check_model(self, value: object, whence: str, place: tuple[str, int] | None) -> None:
        """Refuses a value that a model's class does not take; it was given at `whence`, in a file at `place`."""
        why = self.shape.wrong(value) if self.shape else None  # type: ignore[attr-defined]
        if why is not None:
            file, line = place or (self.file, self.line)
            raise ParameterFieldFailed(
                f"parameter `{self.name}` has a bad value (from {whence}): {why}", line or None, file
            )

    def __set_name__(self, owner: type, attribute: str) -> None:
        self.attribute = attribute

    def __get__(self, flow: FlowSpec | None, owner: type | None = None) -> Any:
        return self if flow is None else flow._spinloom.parameter(self)

    def __set__(self, flow: FlowSpec, value: object) -> None:
        raise AttributeError(f"parameter `{self.attribute}` cannot be changed: parameters are read-only in a run")

    def __delete__(self, flow: FlowSpec) -> None:
        raise AttributeError(f"parameter `{self.attribute}` cannot be deleted: parameters are read-only in a run")

    def __repr__(self) -> str:
        return f"Parameter({self.name!r})"


def _path(value: Any) -> str:
    """A path as text, a home folder written out. Raises `TypeError` for what is no path."""
    import os

    return os.path.expanduser(os.fsdecode(value))


def _json(value: object) -> object:
    """A JSON value from its text, or checked if it is one already."""
    if isinstance(value, str):
        import json

        value = json.loads(value)
    jsonvalue.encode(value)
    return value
