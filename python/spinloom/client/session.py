"""A :class:`Client`: one store and one namespace. The module's functions are short-cuts to a default one.

Objects keep the store and the namespace they were made with, so a later ``namespace()`` or ``metadata()`` changes what
new objects see, not old ones.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spinloom import _native

from .provider import Provider, open_provider

if TYPE_CHECKING:
    from .artifact import DataArtifact
    from .flow import Flow
    from .run import Run
    from .step import Step
    from .task import Task
    from .top import Metaflow

DEFAULT: Any = object()
"""Stands for "not given" where ``None`` has a meaning of its own."""


@dataclass(frozen=True)
class Scope:
    """What an object sees: a store, and the namespace it was made in."""

    provider: Provider
    namespace: str | None
    check: bool = True
    client: Client | None = None
    """Whose namespace counts when an object is asked whether it is inside the current one."""

    @property
    def current_namespace(self) -> str | None:
        """The namespace as it is now."""
        return self.namespace if self.client is None else self.client.namespace

    @property
    def filter_tags(self) -> list[str]:
        """Tags that runs must carry to be listed."""
        return [self.namespace] if self.check and self.namespace is not None else []


class Client:
    """Reads one store.

    Args:
        root: the folder that holds ``.spinloom`` (or that folder itself); by default the store a run started here
            would write to.
        namespace: a namespace, or None for all; by default ``user:<name>``.
    """

    def __init__(self, root: str | None = None, namespace: Any = DEFAULT) -> None:
        self._provider = None if root is None else open_provider(f"local@{root}")
        self._namespace = namespace

    def __repr__(self) -> str:
        return f"Client({self.metadata!r})"

    @property
    def provider(self) -> Provider:
        """The store."""
        if self._provider is None:
            self._provider = open_provider("local")
        return self._provider

    @property
    def metadata(self) -> str:
        """The store by name, ``local@<folder>``; set it to read another one."""
        return self.provider.spec

    @metadata.setter
    def metadata(self, spec: str) -> None:
        self._provider = open_provider(spec)

    @property
    def namespace(self) -> str | None:
        """The namespace new objects are looked for in; None is all of them."""
        if self._namespace is DEFAULT:
            self._namespace = _native.default_namespace()
        return self._namespace

    @namespace.setter
    def namespace(self, namespace: str | None) -> None:
        self._namespace = namespace

    def reset_metadata(self) -> None:
        """Back to the default store."""
        self._provider = None

    def reset_namespace(self) -> None:
        """Back to the default namespace."""
        self._namespace = DEFAULT

    def scope(self, check: bool = True) -> Scope:
        """What an object made now sees."""
        return Scope(self.provider, self.namespace, check, self)

    @property
    def flows(self) -> list[Flow]:
        """Flows with a run in the namespace."""
        return self.all().flows

    def all(self) -> Metaflow:
        """The top of the tree: all flows."""
        from .top import Metaflow

        return Metaflow(_scope=self.scope())

    def flow(self, name: str) -> Flow:
        """One flow."""
        from .flow import Flow

        return Flow(name, _scope=self.scope())

    def run(self, pathspec: str) -> Run:
        """One run, ``Flow/run``."""
        from .run import Run

        return Run(pathspec, _scope=self.scope())

    def step(self, pathspec: str) -> Step:
        """One step, ``Flow/run/step``."""
        from .step import Step

        return Step(pathspec, _scope=self.scope())

    def task(self, pathspec: str, attempt: int | None = None) -> Task:
        """One task, ``Flow/run/step/task``."""
        from .task import Task

        return Task(pathspec, attempt, _scope=self.scope())

    def artifact(self, pathspec: str, attempt: int | None = None) -> DataArtifact:
        """One artifact, ``Flow/run/step/task/name``."""
        from .artifact import DataArtifact

        return DataArtifact(pathspec, attempt, _scope=self.scope())


class _Default:
    """Holds the client of the module's functions; made when first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: Client | None = None

    def client(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = Client()
            return self._client


_default = _Default()


def default_client() -> Client:
    """The client behind ``Flow(…)``, ``namespace(…)`` and the other short-cuts."""
    return _default.client()


def namespace(ns: str | None) -> str | None:
    """Switches to a namespace, such as ``user:ann``; None is all of them. Returns it."""
    default_client().namespace = ns
    return get_namespace()


def get_namespace() -> str | None:
    """The current namespace; None is all of them."""
    return default_client().namespace


def default_namespace() -> str | None:
    """Switches back to the default namespace, ``user:<name>``, and returns it."""
    default_client().reset_namespace()
    return get_namespace()


def metadata(ms: str) -> str:
    """Switches to another store, ``local@<folder>``, and returns its full name.

    Raises:
        ValueError: there is no store there; the current one stays.
    """
    default_client().metadata = ms
    return get_metadata()


def get_metadata() -> str:
    """The current store, ``local@<folder>``."""
    return default_client().metadata


def default_metadata() -> str:
    """Switches back to the default store and returns its name."""
    default_client().reset_metadata()
    return get_metadata()


def inspect_spin(datastore_root: str = ".") -> None:
    """Has ``Flow``, ``Run``, ``Task`` and the others read spins that were kept with ``--persist`` (RE-16).

    Args:
        datastore_root: the folder that holds ``.spinloom_spin``.

    Raises:
        ValueError: there is none; what was read before still is.
    """
    metadata(f"spin@{datastore_root}")
