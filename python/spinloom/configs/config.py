"""`Config`: what a flow may be configured with before it starts, decorators included."""

from __future__ import annotations

from ..exceptions import ConfigError
from ..locations import caller, suggestion
from .expressions import Expression, Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..flow import FlowSpec

_SUPPORTED = ("name", "default", "default_value", "help", "required", "parser", "plain", "schema")
_UNKNOWN: Any = object()


class Declared:
    """What is written in `Config(…)`, and where. Apart from `Config`, all of whose names are keys of its value."""

    def __init__(self, given: dict[str, Any], place: tuple[str, int]) -> None:
        self.file, self.line = place
        self.name: str = given["name"]
        self.attribute: str = self.name
        self.default: Any = given["default"]
        self.default_value: Any = given["default_value"]
        self.help: str = given["help"] or ""
        self.required = bool(given["required"])
        self.parser: str | Callable[[str], Any] | None = given["parser"]
        self.plain = bool(given["plain"])
        self.schema: Any = given["schema"]
        self._check(given)

    def _check(self, given: dict[str, Any]) -> None:
        if not isinstance(self.name, str) or not self.name or not set(self.name) <= _allowed():
            raise self.problem("has a name that is not made of letters, digits, `_` and `-`")
        for unknown in given:
            if unknown not in _SUPPORTED:
                what = f"does not support the attribute `{unknown}`; these are supported: {', '.join(_SUPPORTED)}"
                raise self.problem(what, suggestion(unknown, list(_SUPPORTED)))
        if self.default is not None and self.default_value is not None:
            raise self.problem(
                "has both a `default` and a `default_value`",
                ["`default` names a file, `default_value` is a value: keep one of them"],
            )
        if self.parser is not None and not callable(self.parser) and not isinstance(self.parser, str):
            raise self.problem(
                f"has the parser `{self.parser!r}`",
                ["give it a function of a text, or the name of one, such as `tomllib.loads`"],
            )

    def problem(self, what: str, hints: list[str] | None = None) -> ConfigError:
        """An error about this config, at the line it is defined at."""
        return ConfigError(f"config `{self.name}` {what}", self.line, self.file, hints or [])


def _allowed() -> frozenset[str]:
    from ..parameters import _ALLOWED

    return _ALLOWED


class Config(Waiting):
    """A value that is known before the flow starts: from a file, the command line, the environment, or a default.

    In steps it is `self.name`, a `ConfigValue`; in the body of the class `name.key` stands for what will be there, for
    decorators, parameters and other configs' uses.

    `default` names a file and `default_value` is a value, a dictionary or its text; either may be a function of a context
    that is called when a run starts. `parser` makes a dictionary of the text of the file: a function or the import path
    of one, JSON by default. With `plain` the value is what the parser returns, whatever that is. `schema` is what the
    value must be like: a pydantic model, a dataclass, a JSON schema or the path of one.
    """

    __slots__ = ("_declared", "_value")
    __config__ = True

    def __init__(
        self,
        name: str,
        default: str | Callable[..., Any] | None = None,
        default_value: Any = None,
        help: str | None = None,
        required: bool | None = None,
        parser: str | Callable[[str], Any] | None = None,
        plain: bool | None = False,
        schema: Any = None,
        **unknown: object,
    ) -> None:
        given = {
            "name": name,
            "default": default,
            "default_value": default_value,
            "help": help,
            "required": required,
            "parser": parser,
            "plain": plain,
            "schema": schema,
            **unknown,
        }
        self._declared = Declared(given, caller())
        self._value = _UNKNOWN

    def _step(self, word: str, key: Any) -> Expression:
        return Expression(self._declared.name, ((word, key),), caller())

    def __evaluate__(self, names: Mapping[str, Any]) -> Any:
        """See `Delayed.__evaluate__`."""
        return names[self._declared.name]

    def __set_name__(self, owner: type, attribute: str) -> None:
        self._declared.attribute = attribute

    def __get__(self, flow: FlowSpec | None, owner: type | None = None) -> Any:
        if self._value is not _UNKNOWN:
            return self._value
        return self if flow is None else None

    def __set__(self, flow: FlowSpec, value: object) -> None:
        raise AttributeError(f"config `{self._declared.attribute}` cannot be changed: configs are read-only in a run")

    def __delete__(self, flow: FlowSpec) -> None:
        raise AttributeError(f"config `{self._declared.attribute}` cannot be deleted: configs are read-only in a run")

    def __str__(self) -> str:
        return self._declared.name

    def __repr__(self) -> str:
        return f"Config({self._declared.name!r})"
