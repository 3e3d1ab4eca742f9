"""Secrets of a task: the native part finds, checks and fetches them; here they reach the environment."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .decorators.secrets import Secrets

GIVEN: list[str] = []
"""Values of the secrets this process was given: previews of artifacts hide them."""


def get_secret(source: str | dict[str, Any], role: str | None = None) -> dict[str, str]:
    """The variables of one source, as `@secrets` would set them. Nothing is set, nothing is recorded.

    `source` is `type.id` or a dictionary with `type`, `id`, `options` and `role`; `role` is who fetches if that names
    nobody. Raises `MetaflowException` (`SL0502`) for a source that is unknown or cannot be had.
    """
    found = dict(_native().fetch_secrets(_text(source), role, _variable))
    GIVEN.extend(found.values())
    return found


def check(sources: list[Any]) -> None:
    """Raises `MetaflowException` for a source that no back-end could ever fetch."""
    _native().check_secrets(_text(sources))


def provide(record: Secrets) -> Exception | None:
    """Fetches the secrets of a step into the environment; returns why they cannot be had."""
    given = record.attributes
    place = (record.file, record.line) if record.file else None
    try:
        found = _native().task_secrets(
            _text(given["sources"]), given["role"], given["allow_override"], _variable, place
        )
    except Exception as error:  # the attempt's, to be retried or caught as if the step had raised it
        return error
    os.environ.update(found)
    GIVEN.extend(found.values())
    return None


def _native() -> Any:
    from . import _native  # type: ignore[attr-defined]

    return _native


def _text(sources: Any) -> str:
    import json

    from .exceptions import MetaflowException

    try:
        return json.dumps(sources)
    except TypeError:
        raise MetaflowException("a source of secrets cannot be written as JSON", code="SL0104") from None


def _variable(name: str) -> str | None:
    return os.environ.get(name)
