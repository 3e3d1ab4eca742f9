"""One store, read through the native side: JSON text in, plain dictionaries out.

No policy here: no namespaces, no objects. Times stay microseconds since the epoch.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

from spinloom import _native

from .lineage import Lineage

STORE_FOLDERS = {"local": ".spinloom", "spin": ".spinloom_spin"}
"""Names of the folders of stores: of runs, and of spins that were kept."""

_ELSEWHERE = ("postgres://", "postgresql://", "http://", "https://", "service@")
_NOTE = "metadata.at"
"""The file of a store's folder that says where its runs are recorded, if not in it."""

_FIRST_PAGE = 16
_LAST_PAGE = 1024
_LINEAGES = 64


class Provider:
    """What is recorded in the store at ``root`` (the ``.spinloom`` folder itself).

    Nothing is opened before the first question; a store that does not exist yet answers as an empty one.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self._store = _native.Store(self.root)
        self._lineages: dict[tuple[str, str], Lineage] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return Provider, (self.root,)

    @property
    def spec(self) -> str:
        """Its name as ``metadata()`` takes it: ``local@<folder that holds the store>``, ``spin@…``, or where runs are recorded."""
        if (place := self._store.metadata()) is not None:
            return f"service@{place}" if place.startswith("http") else place
        folder, name = os.path.split(self.root)
        return f"{'spin' if name == STORE_FOLDERS['spin'] else 'local'}@{folder}"

    def flows(self) -> list[dict[str, Any]]:
        """All flows, newest first: ``flow`` and ``created_at`` of each."""
        return json.loads(self._store.flows())

    def runs(
        self, flow: str, tags: list[str], status: str | None = None, query: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Runs of a flow that carry all of ``tags``, newest first, fetched page by page as they are asked for.

        Each has its end task under ``end``, None before that begins.
        """
        text = json.dumps(tags)
        before, limit = None, 1
        while True:
            page = json.loads(self._store.runs(flow, text, status, before, limit, query))
            yield from page
            if len(page) < limit:
                return
            before = page[-1]["run"]
            limit = min(max(limit * 4, _FIRST_PAGE), _LAST_PAGE)

    def run(self, flow: str, run: str) -> dict[str, Any] | None:
        """One run, with its end task under ``end``."""
        return json.loads(self._store.run(flow, run))

    def lineage(self, flow: str, run: str) -> Lineage:
        """Which step of a run comes before which; remembered, as it never changes."""
        known = self._lineages.get((flow, run))
        if known is None:
            graph = json.loads(self._store.graph(flow, run))
            known = Lineage(graph)
            if len(self._lineages) >= _LINEAGES:
                self._lineages.clear()
            if graph is not None:
                self._lineages[flow, run] = known
        return known

    def steps(self, flow: str, run: str) -> list[dict[str, Any]]:
        """Steps of a run in the order they began."""
        return json.loads(self._store.steps(flow, run))

    def tasks(self, flow: str, run: str, step: str, limit: int = 0) -> list[dict[str, Any]]:
        """Tasks of a step in the order of their ids."""
        return json.loads(self._store.tasks(flow, run, step, None, limit))

    def task(self, flow: str, run: str, task: str) -> dict[str, Any] | None:
        """One task."""
        return json.loads(self._store.task(flow, run, int(task))) if task.isascii() and task.isdigit() else None

    def attempts(self, flow: str, run: str, task: str) -> list[dict[str, Any]]:
        """Attempts of a task in order."""
        return json.loads(self._store.attempts(flow, run, int(task)))

    def artifacts(self, manifest: str) -> list[dict[str, Any]]:
        """Name, type, size, hash and encoding of each artifact of the attempt with this manifest."""
        return json.loads(self._store.artifacts(manifest))

    def artifact(self, manifest: str, name: str) -> dict[str, Any] | None:
        """One of them; None if there is none of that name."""
        return json.loads(self._store.artifact(manifest, name))

    def preview(self, manifest: str, name: str) -> dict[str, Any] | None:
        """What people are shown of one artifact of the attempt with this manifest."""
        return json.loads(self._store.preview(manifest, name))

    def load(self, manifest: str, name: str) -> tuple[bytes, list[Any]] | None:
        """Pickle stream and raw buffers of one artifact of the attempt with this manifest; None if it has none such."""
        return self._store.load(manifest, name)

    def hints(self, path: Iterable[str]) -> list[str]:
        """What may help who asked for this path, when there is nothing: other names, where to look."""
        return self._store.hints(list(path))

    def log(self, flow: str, run: str, task: str, attempt: int, stream: str) -> list[tuple[int, str, bytes]]:
        """What an attempt wrote to ``stream``: time, stream and bytes of each piece."""
        return self._store.log(flow, run, int(task), attempt, stream)

    def cards(
        self, flow: str, run: str, task: str, attempt: int | None = None, html: str | None = None
    ) -> list[dict[str, Any]]:
        """The cards of a task's attempt; with ``html`` only the one of that hash, with its document and its page."""
        return json.loads(self._store.cards(flow, run, int(task), attempt, html))

    def code_package(self, flow: str, run: str) -> bytes | None:
        """The code package of a run, a gzipped tar file."""
        return self._store.code_package(flow, run)

    def mutate_tags(self, flow: str, run: str, add: list[str], remove: list[str]) -> None:
        """Removes, then adds user tags of a run."""
        self._store.mutate_tags(flow, run, json.dumps(add), json.dumps(remove))


def open_provider(spec: str) -> Provider:
    """The store that ``spec`` names: ``local``, ``local@<folder>``, a folder, ``spin@<folder>``, ``postgres://…`` or ``http://…``.

    The folder is the one that holds ``.spinloom`` (of spins: ``.spinloom_spin``), or that folder itself. Alone, ``local`` is where
    runs are recorded by default.

    Raises:
        ValueError: there is no store, or ``spec`` names a kind of store this version cannot read.
    """
    if spec == "service" or spec.startswith(_ELSEWHERE):
        return Provider(_native.named_store(spec))
    kind, at, path = spec.partition("@")
    if not at:
        if kind == "local":
            return Provider(_native.default_store())
        kind, path = "local", spec
    if kind not in STORE_FOLDERS:
        raise ValueError(f"Cannot read `{spec}`: write `local@<folder>`, `postgres://…` or `http://…`")
    folder, name = os.path.abspath(os.path.expanduser(path)), STORE_FOLDERS[kind]
    if os.path.isdir(folder) and (os.path.basename(folder) == name or os.path.exists(os.path.join(folder, _NOTE))):
        return Provider(folder)
    root = os.path.join(folder, name)
    if not os.path.isdir(root):
        hint = ": nothing was spun with --persist there" if kind == "spin" else ""
        raise ValueError(f"Could not find directory {name} in directory {path}{hint}")
    return Provider(root)
