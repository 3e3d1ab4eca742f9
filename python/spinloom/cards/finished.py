"""Makes a card of a task that is over, of what is recorded of it."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from typing import Any

from ..client import Task
from ..client.provider import Provider
from ..client.session import Scope
from ..exceptions import MetaflowException
from .builtin import ErrorCard, Page
from .document import Document, now
from .facts import graph_of
from .kinds import find, names


class FinishedFacts:
    """What cards know of a task that is over: what `Facts` know of one that runs."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self.step = task._path[2]
        self.attempt = task.current_attempt
        self.pathspec = task.pathspec
        self.warnings: list[str] = []
        self._parameters = (
            {one.id for one in task.parent.parent["_parameters"].task} if _has_parameters(task) else set()
        )

    @property
    def has_parameters(self) -> bool:
        """Whether the flow has any."""
        return bool(self._parameters)

    def about(self) -> dict[str, Any]:
        """When it ran, and for whom."""
        record = self._task._record
        began, ended = record["created_at"], record.get("finished_at")
        rows: list[tuple[str, Any]] = [("Started", {"type": "time", "at": began})]
        if ended is not None:
            rows.append(("Duration", {"type": "duration", "us": ended - began}))
        rows.append(("Attempt", self.attempt))
        rows.append(("State", record["status"]))
        columns, values = [name for name, _ in rows], [value for _, value in rows]
        return {"type": "table", "columns": columns, "data": [values], "vertical": True, "id": "task"}

    def _shown(self, wanted: bool) -> list[dict[str, Any]]:
        found = [one for one in self._task if (one.id in self._parameters) == wanted]
        return [{"name": one.id, "type": one._record["type"], "preview": one.preview} for one in found]

    def parameters(self) -> dict[str, Any]:
        """Their values."""
        return {"type": "artifacts", "data": self._shown(True), "id": "parameters"}

    def artifacts(self) -> dict[str, Any]:
        """What the task saved."""
        return {"type": "artifacts", "data": self._shown(False), "carried": [], "id": "artifacts"}

    def graph(self) -> dict[str, Any]:
        """The steps, and where each goes."""
        flow, run = self._task._path[:2]
        return graph_of(json.loads(self._task._provider._store.graph(flow, run)) or {"steps": []})

    def code(self) -> dict[str, Any]:
        """Nothing: the source of one step is not recorded by itself."""
        return {"type": "pythonCode", "data": "", "id": "code"}


def _has_parameters(task: Task) -> bool:
    try:
        return bool(task.parent.parent["_parameters"].task)
    except Exception:  # an imported run may have none
        return False


def create(request: dict[str, Any]) -> None:
    """Writes the HTML of the card that `request` is about to standard output. What templates print goes to standard error."""
    with redirect_stdout(sys.stderr):
        page = _created(request)
    sys.stdout.write(page)


def _created(request: dict[str, Any]) -> str:
    path = request["pathspec"]
    task = Task(path, _namespace_check=False, _scope=Scope(Provider(request["store"]), None, check=False))
    document = Document(request["type"], request["id"], path, task.current_attempt)
    document.final = True
    try:
        _make(request, task, document)
    except MetaflowException:
        raise
    except Exception as error:
        if not request["errors"]:
            raise MetaflowException(
                f"the card `{request['type']}` of `{path}` cannot be made: {type(error).__name__}: {error}",
                hints=["with `--render-error-card` a card that says why is made in its place"],
            ) from error
        from ..worker.boundary import format_user_traceback

        document.parts = ErrorCard({"error": format_user_traceback(error)}).parts()
        document.failed = True
    document.encode(now())
    return document.html()


def _make(request: dict[str, Any], task: Task, document: Document) -> None:
    kind = find(request["type"])
    if kind is None:
        known = ", ".join(f"`{name}`" for name in names())
        raise MetaflowException(f"there is no card type `{request['type']}`; there are: {known}")
    card = kind(request["options"], [], None, None)
    if isinstance(card, Page):
        document.parts = card.pages(FinishedFacts(task))
        return
    from ..worker.timeout import time_limit

    with time_limit(request["timeout"] or 1e9, "", f"it took longer than {request['timeout']:g} s"):
        made = card.render(task)
    if isinstance(made, str):
        document.page = made.replace(kind.RELOAD_POLICY_TOKEN, "final")
    else:
        document.parts = [made.render() if hasattr(made, "render") else made]
