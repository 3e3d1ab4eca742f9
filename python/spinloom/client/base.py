"""What flows, runs, steps, tasks and artifacts have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from spinloom.exceptions import (
    MetaflowInternalError,
    MetaflowInvalidPathspec,
    MetaflowNamespaceMismatch,
    MetaflowNotFound,
    SpinloomException,
)

from .session import DEFAULT, Scope, default_client

if TYPE_CHECKING:
    from typing import Self

    from .top import Metaflow


_STATE_VERSION = "2.12.27"

_KINDS = ("Flow", "Run", "Step", "Task", "DataArtifact")
"""Kinds of objects by how many parts their pathspecs have."""


def local_time(micros: int | None) -> datetime | None:
    """A naive datetime in the local time zone, as all times of the Client but those of log lines are."""
    if micros is None:
        return None
    return datetime.fromtimestamp(micros // 1_000_000).replace(microsecond=micros % 1_000_000)


class MetaflowObject:
    """One recorded thing. Made by pathspec, or by walking from another object."""

    _form: ClassVar[str] = ""
    """What its pathspec looks like, such as ``FlowName/RunID``."""
    _has_attempts: ClassVar[bool] = False

    def __init__(
        self,
        pathspec: str | None = None,
        attempt: int | str | None = None,
        *,
        _namespace_check: bool = True,
        _current_namespace: Any = DEFAULT,
        _current_metadata: str | None = None,
        _scope: Scope | None = None,
    ) -> None:
        if _scope is None:
            _scope = _scope_for(_namespace_check, _current_namespace, _current_metadata)
        path = self._parse(pathspec)
        self._bind(_scope, path, None, self._check_attempt(attempt))
        self._record = self._fetch()
        if self._record is None:
            raise hinted(MetaflowNotFound(f"{self!r} does not exist"), self._provider.hints(path))
        if _scope.check:
            self._demand_namespace()

    @classmethod
    def _make(cls, scope: Scope, path: tuple[str, ...], record: dict[str, Any], attempt: int | None = None) -> Self:
        """Wraps a record that was already read; no check, no look-up."""
        new = cls.__new__(cls)
        new._bind(scope, path, record, attempt)
        return new

    def _bind(self, scope: Scope, path: tuple[str, ...], record: dict[str, Any] | None, attempt: int | None) -> None:
        self._scope = scope
        self._path = path
        self._record: Any = record
        self._attempt = attempt

    @classmethod
    def _parse(cls, pathspec: str | None) -> tuple[str, ...]:
        path = tuple(pathspec.split("/")) if isinstance(pathspec, str) else ()
        if len(path) != len(cls._form.split("/")) or not all(path):
            error = MetaflowInvalidPathspec(f"Expects {cls.__name__}('{cls._form}')")
            raise hinted(error, _other_kind(path) if all(path) else [])
        return path

    @classmethod
    def _check_attempt(cls, attempt: int | str | None) -> int | None:
        if attempt is None:
            return None
        if not cls._has_attempts:
            raise MetaflowNotFound("Attempts can only be specified for Task or DataArtifact")
        try:
            attempt = int(attempt)
        except (TypeError, ValueError):
            raise MetaflowNotFound("Attempt can only be an integer") from None
        if attempt < 0:
            raise MetaflowNotFound("Attempt can only be non-negative")
        return attempt

    # What each kind answers for itself.

    def _fetch(self) -> dict[str, Any] | None:
        """Reads its record; None if it does not exist."""
        raise NotImplementedError

    def _children(self) -> Iterator[MetaflowObject]:
        """Visible children, newest first."""
        return iter(())

    def _child(self, name: str) -> MetaflowObject | None:
        """The child of that name, hidden ones too."""
        return None

    @property
    def parent(self) -> MetaflowObject | None:
        """What it is inside of."""
        raise NotImplementedError

    # What all of them share.

    @property
    def _provider(self) -> Any:
        return self._scope.provider

    @property
    def _metaflow(self) -> Metaflow:
        """The top of the tree it hangs on; scripts reach ``.metadata`` through it."""
        from .top import Metaflow

        return Metaflow(_scope=self._scope)

    @property
    def id(self) -> str:
        """The last part of its pathspec."""
        return self._path[-1]

    @property
    def pathspec(self) -> str:
        """How it is named: ``Flow/run/step/task/artifact``, as many parts as it has."""
        return "/".join(self._path)

    @property
    def path_components(self) -> list[str]:
        """The parts of its pathspec."""
        return list(self._path)

    @property
    def created_at(self) -> datetime | None:
        """When it was made, local time."""
        return local_time(self._record["created_at"])

    @property
    def origin_pathspec(self) -> str | None:
        """What it was taken over from, if its run resumed another one."""
        return None

    def _run_record(self) -> dict[str, Any]:
        """The run it belongs to, as it is now: tags may change at any time."""
        return self._provider.run(*self._path[:2]) or _GONE

    @property
    def tags(self) -> frozenset[str]:
        """User and system tags of its run."""
        return self.user_tags | self.system_tags

    @property
    def user_tags(self) -> frozenset[str]:
        """Tags given by people."""
        return frozenset(self._run_record()["tags"])

    @property
    def system_tags(self) -> frozenset[str]:
        """Tags given by Spinloom."""
        return frozenset(self._run_record()["system_tags"])

    def is_in_namespace(self) -> bool:
        """Whether it is inside the current namespace, which need not be the one it was found in."""
        return self._is_within(self._scope.current_namespace)

    def _is_within(self, namespace: str | None) -> bool:
        return namespace is None or namespace in self.tags

    def _demand_namespace(self) -> None:
        if not self._is_within(self._scope.namespace):
            error = MetaflowNamespaceMismatch(f"Object not in namespace '{self._scope.namespace}'")
            raise hinted(error, ["`namespace(None)` looks into all namespaces"])

    def __iter__(self) -> Iterator[Any]:
        return self._children()

    def __getitem__(self, name: str | int) -> Any:
        child = self._child(str(name))
        if child is None:
            raise hinted(KeyError(name), self._provider.hints((*self._path, str(name))))
        return child

    def __contains__(self, name: object) -> bool:
        return isinstance(name, (str, int)) and self._child(str(name)) is not None

    def __repr__(self) -> str:
        attempt = "" if self._attempt is None else f", attempt={self._attempt}"
        return f"{type(self).__name__}('{self.pathspec}'{attempt})"

    def __getstate__(self) -> dict[str, Any]:
        scope = self._scope
        data = [self.pathspec, self._attempt, scope.provider.spec, scope.namespace, scope.check]
        return {"version": _STATE_VERSION, "data": data}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**_arguments(state))  # type: ignore[misc]


_GONE: dict[str, Any] = {"tags": [], "system_tags": [], "origin": None, "info": {}, "status": "done", "end": None}
"""Stands for a run that was deleted while something of it is still held."""


def hinted(error: Exception, hints: Iterable[str]) -> Any:
    """The error with hints, which a traceback shows below its message; ``str(error)`` stays what scripts know."""
    hints = list(hints)
    for hint in hints:
        error.add_note(f"hint: {hint}")
    if isinstance(error, SpinloomException):
        error.hints = hints
    return error


def _other_kind(path: tuple[str, ...]) -> list[str]:
    """What a pathspec with this many parts names, if anything."""
    kind = _KINDS[len(path) - 1 : len(path)]
    return [f"did you mean `{kind[0]}('{'/'.join(path)}')`?"] if path and kind else []


def _scope_for(check: bool, namespace: Any, metadata: str | None) -> Scope:
    """What an object made by hand sees: the default client's scope, with the parts that were given replaced."""
    from .provider import open_provider

    client = default_client()
    provider = client.provider if metadata is None or metadata == client.metadata else open_provider(metadata)
    return Scope(provider, client.namespace if namespace is DEFAULT else namespace, check, client)


def _arguments(state: dict[str, Any]) -> dict[str, Any]:
    """Constructor arguments from a pickled state; the forms of Metaflow 2.7.12, 2.8.4 and 2.12.27 are known."""
    version = state.get("version")
    if version is None:
        return {"pathspec": state["_pathspec"], "attempt": state.get("_attempt"), "_namespace_check": False}
    sizes = {"2.8.4": 3, _STATE_VERSION: 5}
    data = state["data"]
    if version not in sizes:
        raise MetaflowInternalError(f"Unpickling this object requires a newer version, one that knows form {version}")
    if len(data) != sizes[version]:
        raise MetaflowInternalError(f"Unexpected size of array: {len(data)}")
    if version == "2.8.4":
        return {"pathspec": data[0], "attempt": data[1], "_namespace_check": data[2]}
    keys = ("pathspec", "attempt", "_current_metadata", "_current_namespace", "_namespace_check")
    return dict(zip(keys, data, strict=True))
