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
    found = dict(_native().fetch_secrets(_text(source), role, _variable, _extension))
    GIVEN.extend(found.values())
    return found


def check(sources: list[Any]) -> None:
    """Raises `MetaflowException` for a source that no back-end could ever fetch."""
    _native().check_secrets(_text(sources), _extension)


def provide(record: Secrets) -> Exception | None:
    """Fetches the secrets of a step into the environment; returns why they cannot be had."""
    given = record.attributes
    place = (record.file, record.line) if record.file else None
    try:
        fetched = _native().task_secrets(
            _text(given["sources"]), given["role"], given["allow_override"], _variable, _extension, place
        )
    except Exception as error:  # the attempt's, to be retried or caught as if the step had raised it
        return error
    found = dict(fetched)
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


class Provider:
    """A back-end that a package has in the group `spinloom.secrets`, as the native part asks it.

    The package's has `get_secret_as_dict(secret_id, options, role)`, and may have `check(secret_id, options)`.
    """

    def __init__(self, name: str, backend: Any) -> None:
        self._name = name
        self._backend = backend

    def check(self, secret_id: str, options: str) -> None:
        """Raises `MetaflowException` (`SL0104`) if the back-end refuses such a source."""
        check = getattr(self._backend, "check", None)
        if check is not None:
            try:
                check(secret_id, _read(options))
            except Exception as error:  # the package's code
                raise self._failed("is refused", error, "SL0104", secret_id) from error

    def fetch(self, secret_id: str, options: str, role: str | None) -> list[tuple[str, str]]:
        """The variables of a source. Raises `MetaflowException` (`SL0502`) if they cannot be had."""
        try:
            found = dict(self._backend.get_secret_as_dict(secret_id, options=_read(options), role=role))
        except Exception as error:  # the package's code
            raise self._failed("cannot be fetched", error, "SL0502", secret_id) from error
        for name, value in found.items():
            if not (isinstance(name, str) and isinstance(value, str)):
                error = TypeError(f"`{name}` is of type `{type(value).__name__}`, not text")
                raise self._failed("cannot be fetched", error, "SL0502", secret_id)
        return list(found.items())

    def _failed(self, what: str, error: Exception, code: str, secret_id: str) -> Exception:
        from .exceptions import MetaflowException, SpinloomException

        why = error.message if isinstance(error, SpinloomException) else f"{type(error).__name__}: {error}"
        return MetaflowException(f"the source `{self._name}.{secret_id}` {what}: {why}", code=code)


def _read(options: str) -> dict[str, Any]:
    import json

    read: dict[str, Any] = json.loads(options)
    return read


def _extension(name: str) -> Provider | None:
    """The back-end of a name that is none of ours."""
    from . import extensions

    found = extensions.find(extensions.SECRETS, name)
    if found is None:
        return None
    backend = found() if isinstance(found, type) else found
    if not callable(getattr(backend, "get_secret_as_dict", None)):
        raise extensions.BadExtension(f"the source of secrets `{name}` has no method `get_secret_as_dict`")
    return Provider(name, backend)


def _variable(name: str) -> str | None:
    return os.environ.get(name)
