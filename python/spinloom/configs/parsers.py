"""Parsers of configs: the ones built in, and finding the one a config names."""

from __future__ import annotations

import importlib

from ..exceptions import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .config import Declared


def described(parser: Any) -> str | None:
    """A parser's name, for the native part: of what format its text is."""
    if parser is None or isinstance(parser, str):
        return parser
    return f"{getattr(parser, '__module__', '')}.{getattr(parser, '__qualname__', repr(parser))}"


def find(config: Declared) -> Callable[[str], Any]:
    """The parser of a config. Raises `ConfigError` for one that cannot be imported."""
    named = config.parser
    if named is None:
        import json

        return json.loads
    if not isinstance(named, str):
        return named
    hints = ["name a function of a text as `package.module.function`, such as `tomllib.loads`"]
    module, _, function = (f"metaflow{named}" if named.startswith(".") else named).rpartition(".")
    if not module:
        raise config.problem(f"names the parser `{named}`, which is in no module", hints)
    try:
        found = getattr(_module(module), function)
    except Exception as error:  # importing may run anything
        raise config.problem(f"names the parser `{named}`, which cannot be imported: {error}", hints) from error
    if not callable(found):
        raise config.problem(f"names the parser `{named}`, which is not a function", hints)
    return found  # type: ignore[no-any-return]


def _module(name: str) -> Any:
    """A module; one of Metaflow's is ours of that name."""
    if name == "metaflow" or name.startswith("metaflow."):
        from ..compat.metaflow import load

        return load(name)
    return importlib.import_module(name)


def problem(error: Exception) -> dict[str, Any]:
    """What a parser raised, and where in the text if it says so."""
    mark = getattr(error, "problem_mark", None)  # PyYAML's
    line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
    if mark is not None:
        line, column = mark.line + 1, mark.column + 1
    text = getattr(error, "msg", None) or getattr(error, "problem", None) or str(error)
    where = None
    trace = error.__traceback__
    while trace is not None:
        where = [trace.tb_frame.f_code.co_filename, trace.tb_lineno]
        trace = trace.tb_next
    return {
        "kind": type(error).__name__,
        "message": str(text),
        "line": line if isinstance(line, int) else None,
        "column": column if isinstance(column, int) else None,
        "raised_at": where,
    }


def yaml_parser(content: str) -> dict[str, Any]:
    """YAML, as PyYAML reads it safely."""
    return _yaml().safe_load(content)  # type: ignore[no-any-return]


def _yaml() -> Any:
    try:
        return importlib.import_module("yaml")
    except ImportError:
        raise ConfigError(
            "reading YAML needs the package `PyYAML`",
            hints=["install it: `pip install pyyaml`", "or write the config as JSON or TOML"],
            code="SL0501",
        ) from None


def requirements_txt_parser(content: str) -> dict[str, Any]:
    """A `requirements.txt` as arguments of `@pypi`: `packages`, and `python` if a comment says it."""
    raise NotImplementedError


def pyproject_toml_parser(content: str) -> dict[str, Any]:
    """A `pyproject.toml` as arguments of `@pypi`: `packages`, and `python` if it is said."""
    raise NotImplementedError


def conda_environment_yml_parser(content: str) -> dict[str, Any]:
    """A conda `environment.yml` as arguments of `@conda`: `packages`, and `python` if it is said."""
    raise NotImplementedError
