"""Parsers of configs: the ones built in, and finding the one a config names."""

from __future__ import annotations

import importlib

from ..exceptions import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .config import Declared


class Unusable(ConfigError):
    """A text is not what a parser of ours takes."""


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
        "kind": "" if isinstance(error, Unusable) else type(error).__name__,
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
    """A `requirements.txt` as arguments of `@pypi`: `packages`, and `python` if one of them is called so."""
    lines = [line.partition(" #")[0].strip() for line in content.splitlines()]
    return _packages([line for line in lines if line and not line.startswith("#")], _requirement)


def pyproject_toml_parser(content: str) -> dict[str, Any]:
    """The `dependencies` and `requires-python` of a `pyproject.toml` as arguments of `@pypi`."""
    import tomllib

    project = tomllib.loads(content).get("project", {})
    found = _packages(project.get("dependencies", []), _requirement)
    if wanted := project.get("requires-python"):
        if found["python"] is not None:
            raise _unusable(f"python{wanted}", "names a second version of Python")
        found["python"] = _version(wanted)
    return found


def conda_environment_yml_parser(content: str) -> dict[str, Any]:
    """The `dependencies` of an `environment.yml` as arguments of `@conda`: `packages`, and `python` if it is one of them."""
    wanted, within = [], False
    for line in content.splitlines():
        text = line.partition(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("-"):
            wanted += [text[1:].strip().strip("'\"")] if within else []
        elif not line[0].isspace():
            within = text.startswith("dependencies:")
    return _packages(wanted, _conda_package)


def _packages(lines: list[str], read: Callable[[str], tuple[str, str]]) -> dict[str, Any]:
    packages: dict[str, str] = {}
    python = None
    for line in lines:
        name, version = read(line)
        if name != "python":
            packages[name] = version
        elif python is not None:
            raise _unusable(line, "names a second version of Python")
        else:
            python = version or None
    return {"packages": packages, "python": python}


def _requirement(line: str) -> tuple[str, str]:
    """Name (extras included) and version of `name[extra]>=1,<2` (PEP 508)."""
    import re

    found = re.fullmatch(
        r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*(?:(@\s*\S+)|\(?((?:[<>=!~]=?=?\s*[^\s,;()]+\s*,?\s*)*)\)?)\s*(;.+)?",
        line,
    )
    if found is None:
        raise _unusable(line, "is not a requirement of the form `name>=1,<2` (PEP 508)")
    name, extras, url, version, marker = found.groups()
    if marker:
        raise _unusable(line, "has an environment marker, which is not supported")
    return name + "".join((extras or "").split()) + "".join((url or "").split()), _version(version or "")


def _version(text: str) -> str:
    """A version, or bounds in order."""
    bounds = sorted("".join(one.split()) for one in text.split(",") if one.strip())
    if len(bounds) == 1 and bounds[0].startswith("=="):
        return bounds[0].lstrip("=")
    return ",".join(bounds)


def _conda_package(line: str) -> tuple[str, str]:
    import re

    if line.startswith("pip:"):
        raise _unusable(line, "is a section, which is not supported in `environment.yml`")
    found = re.fullmatch(r"([A-Za-z0-9._-]+)\s*((?:[<>=!~]=?\s*[^\s,]+\s*,?\s*)*)", line)
    if found is None:
        raise _unusable(line, "is not a package of the form `name=1.2`")
    name, version = found.groups()
    version = "".join(version.split())
    return name, version.lstrip("=") if version.startswith("=") else version


def _unusable(line: str, why: str) -> Unusable:
    return Unusable(f"`{line}` {why}")
