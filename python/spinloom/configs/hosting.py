"""What the flow's host does for configs: says which there are, calls what is Python's, and takes the values."""

from __future__ import annotations

import os

from ..delayed import is_delayed, settle
from ..exceptions import SpinloomException
from . import parsers, wire
from .value import ConfigValue, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..host import FlowHost
    from .config import Config, Declared


def _by_name(host: FlowHost) -> dict[str, Declared]:
    return {config._declared.name: config._declared for config in host.flow.configs.values()}


def declared(host: FlowHost) -> list[dict[str, Any]]:
    """The flow's configs, as the native part wants to know them."""
    return [_document(config._declared) for config in host.flow.configs.values()]


def _document(one: Declared) -> dict[str, Any]:
    return {
        "name": one.name,
        "attribute": one.attribute,
        "default": _default(one, one.default, "default"),
        "default_value": _default(one, one.default_value, "default_value"),
        "required": one.required,
        "help": one.help,
        "parser": parsers.described(one.parser),
        "plain": one.plain,
        "schema": None if one.schema is None else _schema(one),
        "file": one.file,
        "line": one.line,
    }


def _default(one: Declared, value: Any, what: str) -> dict[str, Any]:
    """`{"kind": "none"}`, `{"kind": "function"}`, or `{"kind": "value", "value": …}`."""
    if value is None:
        return {"kind": "none"}
    if callable(value):
        return {"kind": "function"}
    if what == "default":
        return {"kind": "value", "value": os.fspath(value)}
    return {"kind": "value", "value": _encoded(one, value, f"`{what}`")}


def _encoded(one: Declared, value: Any, what: str) -> Any:
    try:
        return wire.encode(value)
    except Exception as error:  # pickling runs the user's code, which may raise anything
        kind = type(value).__name__
        raise one.problem(f"has {what} that cannot be kept, a `{kind}`: {error}") from error


def defaults(host: FlowHost, wanted: list[list[str]], fields: dict[str, Any]) -> list[Any]:
    """What the default functions named return: of each, the config and `default` or `default_value`."""
    from ..parameters import ParameterContext

    by_name = _by_name(host)
    values = []
    for name, which in wanted:
        one = by_name[name]
        value = getattr(one, which)(ParameterContext(name, {"flow_name": host.flow.name, **fields}))
        if which == "default" and value is not None:
            value = os.fspath(value)
        values.append(_encoded(one, value, f"a function for `{which}` whose value is one"))
    return values


def parse(host: FlowHost, texts: dict[str, str]) -> dict[str, Any]:
    """What the parsers of configs make of texts: `{"value": …}`, or `{"problem": {…}}` for one that raised."""
    by_name = _by_name(host)
    return {name: _parse(by_name[name], text) for name, text in texts.items()}


def _parse(one: Declared, text: str) -> dict[str, Any]:
    parser = parsers.find(one)
    try:
        value = parser(text)
    except Exception as error:  # of the user's, or of a library
        if isinstance(error, SpinloomException) and not isinstance(error, parsers.Unusable):
            raise
        return {"problem": parsers.problem(error)}
    if not one.plain and not isinstance(value, dict):
        return {"kind": type(value).__name__}
    return {"value": _encoded(one, value, "a value of its parser's")}


def _schema(one: Declared) -> dict[str, Any]:
    from . import schemas  # loads `dataclasses`, which costs more than all configs together

    return schemas.described(one)


def check(host: FlowHost, values: dict[str, Any]) -> dict[str, Any]:
    """What the models of configs say of values, see `schemas.check`."""
    from . import schemas

    by_name = _by_name(host)
    return {name: schemas.check(by_name[name], wire.decode(value)) for name, value in values.items()}


def configure(host: FlowHost, values: dict[str, Any]) -> None:
    """Gives the configs their values, then everything that waited for them: decorators, parameters, constants."""
    names: dict[str, Any] = {}
    for attribute, config in host.flow.configs.items():
        one = config._declared
        value = wire.decode(values.get(one.name))
        config._value = value if one.plain else wrap(value)
        names[one.name] = names[attribute] = config._value
    host.configs_by_name = names
    host.decorators = {step: [one.settled(names) for one in found] for step, found in host.decorators.items()}
    host.flow.decorators = [one.settled(names) for one in host.flow.decorators]
    host.flow.mutators = [one.settled(names) for one in host.flow.mutators]
    for parameter in host.flow.parameters.values():
        parameter.settle(names)
    for name in host.flow.constants:
        if is_delayed(value := getattr(host.cls, name)):
            setattr(host.cls, name, settle(value, names))


def stored(config: Config) -> Any:
    """What is kept of a config as an artifact: an ordinary dictionary (PA-14)."""
    value = config._value
    return value.to_dict() if isinstance(value, ConfigValue) else value


def known(host: FlowHost) -> ConfigValue:
    """The values of all configs, for functions of a context (PA-15)."""
    return ConfigValue(host.configs_by_name)
