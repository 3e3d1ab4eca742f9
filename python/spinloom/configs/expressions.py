"""Expressions that wait for the values of configs: `cfg.a.b` in the body of a class, and `config_expr("cfg.a.b")`."""

from __future__ import annotations

import sys

from ..delayed import Delayed
from ..exceptions import ConfigError
from ..locations import caller, is_ours, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Spread(str, Delayed):
    """The one key that `**expression` shows: it stands for all keys of its value."""

    __slots__ = ()


class Waiting(Delayed):
    """What has keys once the configs are known: each access makes an `Expression`, as does `**`."""

    __slots__ = ()

    def _step(self, word: str, key: Any) -> Expression:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Expression:
        if name.startswith("_"):  # what Python and its tools look for
            raise AttributeError(name)
        return self._step(".", name)

    def __getitem__(self, key: Any) -> Any:
        return self if isinstance(key, Spread) else self._step("[]", key)

    def keys(self) -> list[str]:
        """For `**`: one key that stands for all."""
        return [Spread(f"**{self}")]

    def __iter__(self) -> Any:
        raise TypeError(
            f"`{self}` is not known yet, so its items are not; `config_expr` takes any expression, such as a list of them"
        )


class Expression(Waiting):
    """A Python expression over configs, and what is taken of its value."""

    __slots__ = ("_globals", "_place", "_source", "_steps")

    def __init__(
        self,
        source: str,
        steps: tuple[tuple[str, Any], ...] = (),
        place: tuple[str, int] = ("", 0),
        names: dict[str, Any] | None = None,
    ) -> None:
        self._source = source
        self._steps = steps
        self._place = place
        self._globals = names

    def _step(self, word: str, key: Any) -> Expression:
        return Expression(self._source, (*self._steps, (word, key)), caller(), self._globals)

    def __str__(self) -> str:
        return self._source + "".join(f".{key}" if word == "." else f"[{key!r}]" for word, key in self._steps)

    def __repr__(self) -> str:
        return f"<{self}, once configs are known>"

    def __evaluate__(self, names: Mapping[str, Any]) -> Any:
        """See `Delayed.__evaluate__`. Raises `ConfigError`, at the line the expression is written at."""
        try:
            value = (
                names[self._source] if self._source in names else eval(self._source, {**(self._globals or {}), **names})
            )
        except ConfigError:
            raise
        except Exception as error:  # an expression of the user's may raise anything
            raise self._problem(error, list(names)) from error
        for word, key in self._steps:
            try:
                value = getattr(value, key) if word == "." else value[key]
            except Exception as error:
                known = [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []
                raise self._problem(error, known) from error
        return value

    def _problem(self, error: Exception, known: list[str]) -> ConfigError:
        name = getattr(error, "name", None) or (error.args[0] if isinstance(error, KeyError) and error.args else None)
        why = f"there is no key `{name}`" if isinstance(error, (KeyError, AttributeError)) and name else str(error)
        hints = suggestion(name, known) if isinstance(name, str) else []
        if known and isinstance(name, str):
            hints.append(f"there are `{'`, `'.join(known)}`")
        return ConfigError(f"`{self}` has no value: {why}", self._place[1] or None, self._place[0] or None, hints)


def config_expr(expr: str) -> Expression:
    """The value of `expr`, a Python expression over the flow's configs, wherever it is not known yet (CD-10).

    Names are those of the flow's configs, and of the module this is called in: `config_expr("config.schedule.cron")`,
    `config_expr("config.cpus * 2")`.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return Expression(expr, (), (frame.f_code.co_filename, frame.f_lineno), frame.f_globals)
