"""`ProjectSettings`: the settings of a project in its flows, as `self.settings`, and in their decorators.

Merging, templates, schemas and YAML are the native part's (crate `projects`); here is what steps and decorators see.
"""

from __future__ import annotations

import json
import sys

from .configs import Config
from .configs.expressions import Expression
from .exceptions import ConfigError, MetaflowException
from .locations import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_SECRET = "$secret"
_NONE: Any = object()


class SecretValue:
    """A secret that settings name, such as `${secret:env/WAREHOUSE_DSN}`. Shown as `***`; `reveal()` fetches it, where it is needed."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def reveal(self) -> str:
        """The secret. Raises `MetaflowException` (`SL0502`) if it cannot be had here."""
        import os

        from .secret_sources import GIVEN, get_secret

        source, _, name = self._name.partition("/")
        if source == "env":
            if name not in os.environ:
                raise MetaflowException(
                    f"the secret `{self._name}` is not here", hints=[f"set the variable `{name}`"], code="SL0502"
                )
            GIVEN.append(os.environ[name])
            return os.environ[name]
        name, _, key = name.partition("#")
        found = get_secret({"type": source, "id": name})
        if key in found:
            return found[key]
        if len(found) == 1 and not key:
            return next(iter(found.values()))
        raise MetaflowException(
            f"the secret `{self._name}` has several values: {', '.join(f'`{one}`' for one in sorted(found))}",
            hints=["name one of them: `${secret:source/id#NAME}`"],
            code="SL0502",
        )

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return f"SecretValue({self._name!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretValue) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __reduce__(self) -> tuple[Any, ...]:
        return SecretValue, (self._name,)


def read_settings(text: str) -> dict[str, Any]:
    """The settings in a file of YAML, secrets as `SecretValue`."""
    return _with_secrets(json.loads(_native().read_yaml(text)))  # type: ignore[no-any-return]


def _with_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_secrets(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(value.get(_SECRET), str):
        return SecretValue(value[_SECRET])
    return {key: _with_secrets(one) for key, one in value.items()}


def _native() -> Any:
    from . import _native  # type: ignore[attr-defined]

    return _native


def _compiled(_context: Any) -> str:
    """The compiled settings of a flow that was not started by `spinloom flow run`."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    path = _native().compile_settings(script) if script else None
    if path is None:
        raise MetaflowException(
            "the flow has the settings of a project, and belongs to none",
            hints=["put it into the folder of a project", "or name a file: `--config settings my.yaml`"],
            code="SL0801",
        )
    return str(path)


class _OrElse(Expression):
    """An expression with a value for when it has none."""

    __slots__ = ("_default",)

    def __evaluate__(self, names: Any) -> Any:
        try:
            return super().__evaluate__(names)
        except ConfigError:
            return self._default


class ProjectSettings:
    """The settings of a project in a flow: `class Training(FlowSpec, ProjectSettings)`.

    In steps they are `self.settings`, with the sections `configuration`, `environment`, `artifacts` and `system`. In
    decorators `ProjectSettings.get_deploy_time_settings("configuration.conda")` stands for a part of them.
    """

    settings = Config("settings", default=_compiled, parser=read_settings, help="The settings of the project")

    def __class_getitem__(cls, _kind: Any) -> type:
        return cls

    @staticmethod
    def get_deploy_time_settings(path: str, default: Any = _NONE) -> Any:
        """What stands at `path`, for decorators: `a.b`, `a."scikit-learn"`, `a[0]`.

        A path that leads nowhere is an error before anything runs, unless there is a `default`.
        """
        steps = tuple(("[]", key) for key in _keys(path))
        if default is _NONE:
            return Expression("settings", steps, caller())
        found = _OrElse("settings", steps, caller())
        found._default = default
        return found

    def show_settings(self, exclude_patterns: Iterable[str] = (), include_patterns: Iterable[str] = ()) -> None:
        """Prints the settings, a line for each value. Patterns such as `artifact*` are of paths without `settings.`."""
        from fnmatch import fnmatchcase

        exclude, include = list(exclude_patterns), list(include_patterns)
        print("Configuration Values:")
        for path, value in _leaves(self.settings, ""):
            if any(fnmatchcase(path, pattern) for pattern in exclude):
                continue
            if include and not any(fnmatchcase(path, pattern) for pattern in include):
                continue
            print(f"settings.{path} = {value}")


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    inner: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        inner = sorted(value.items())
    elif isinstance(value, (list, tuple)):
        inner = enumerate(value)
    empty = True
    for key, one in inner:
        empty = False
        yield from _leaves(one, f"{path}.{key}" if path else str(key))
    if empty:
        yield path, value


def _keys(path: str) -> list[str | int]:
    import re

    found: list[str | int] = []
    rest = path
    while rest:
        part = re.match(r"""\.?(?:"([^"]+)"|'([^']+)'|([^.\[\]"']+))|\[(?:"([^"]+)"|'([^']+)'|(\d+))\]""", rest)
        if part is None:
            raise ConfigError(f"`{path}` is no path of settings", hints=['write `a.b`, `a."b-c"` or `a[0]`'])
        *names, position = part.groups()
        found.append(int(position) if position is not None else next(name for name in names if name is not None))
        rest = rest[part.end() :]
    return found


def schema_of(request: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a dataclass or a pydantic model that a project file names as `package.module:Class`."""
    import importlib

    from .configs import schemas
    from .configs.config import Declared

    module, _, name = request["schema"].partition(":")
    sys.path.insert(0, request["root"])
    found = getattr(importlib.import_module(module), name)
    if hasattr(found, "model_json_schema"):
        return found.model_json_schema()  # type: ignore[no-any-return]
    given = dict.fromkeys(("default", "default_value", "help", "required", "parser", "plain"))
    described = schemas.described(Declared({"name": name, "schema": found, **given}, ("", 0)))
    return described["schema"]  # type: ignore[no-any-return]
