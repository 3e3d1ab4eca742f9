"""One card of the running task: made again while the step runs, as often as that costs next to nothing."""

from __future__ import annotations

import json
import os
import time

from .apart import Died, Overdue
from .builtin import ErrorCard, Page
from .component import notice
from .current import Components
from .document import Document, TooLarge, now
from .native import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .card import MetaflowCard
    from .facts import Facts
    from .pace import Pace


class LiveCard:
    """A card: its type, its components, and how it is made."""

    def __init__(
        self,
        position: int,
        decorator: Any,
        kind: type[MetaflowCard] | None,
        facts: Facts,
        warn: Callable[[str], None],
    ) -> None:
        self.position = position
        attributes = decorator.attributes
        self.kind: str = decorator.kind
        self.id: str | None = attributes["id"]
        self.customize: bool = attributes["customize"]
        self.save_errors: bool = attributes["save_errors"]
        self.timeout: float = attributes["timeout"]
        self.interval: float = attributes["refresh_interval"]
        self.options: dict[str, Any] = attributes["options"]
        self.components = Components(warn)
        self._class = kind
        self._facts = facts
        self._hash = os.urandom(16).hex()
        self._sequence = 0
        self._data: Any = None
        self._token: str | None = None
        self._html: str | None = None
        self._kept: dict[str, str] = {}
        self._process = facts.process
        self._pace: Pace | None = None
        self.last: Document | None = None

    @property
    def editable(self) -> bool:
        """Whether steps may put components into it."""
        return self._class is not None and self._class.ALLOW_USER_COMPONENTS

    @property
    def is_quick(self) -> bool:
        """Whether no code of the user's is called to make it, so that nobody need mind how long it takes."""
        return self._class is not None and issubclass(self._class, Page) and not self.components

    @property
    def is_template(self) -> bool:
        """Whether a class of a user's makes it."""
        return self._class is not None and not issubclass(self._class, Page)

    @property
    def reachable(self) -> bool:
        """Whether steps have something to say to it."""
        return self.editable or (self._class is not None and self._class.RUNTIME_UPDATABLE)

    # While the step runs.

    def refresh(self, data: Any, force: bool) -> None:
        """Shows the card as it is now, at once or as soon as its last one is old enough. Never raises."""
        if self._class is None or not self._class.RUNTIME_UPDATABLE or os.getpid() != self._process:
            return
        self._data = data
        if self._pace is None:
            from .pace import Pace

            self._pace = Pace(self._write, self.interval)
        self._pace.call(force)

    def _write(self) -> None:
        document = self._document(final=False)
        at = now()
        encoded = document.encode(at, self._keep_script)
        self._facts.ctx.live_card(self.position, document.note(at), encoded)
        self.last = document

    def _keep_script(self, name: str, text: str) -> str:
        if name not in self._kept:
            self._kept[name] = self._facts.ctx.keep_script(text.encode())
        return self._kept[name]

    def stop(self) -> None:
        """Nothing is shown any more while the step runs."""
        if self._pace is not None:
            self._pace.stop()

    # Making it.

    def make(self) -> Document | None:
        """The card of the task that is over; an error card if that cannot be made; nothing if that is not wanted."""
        try:
            if self._class is None:
                from .kinds import names

                known = ", ".join(f"`{name}`" for name in names())
                raise LookupError(f"there is no card type `{self.kind}`; there are: {known}")
            document = self._document(final=True)
            at = now()
            document.encoded = at, document.encode(at)
        except (Exception, SystemExit) as error:
            return self.error(error)
        return document

    def error(self, error: BaseException) -> Document | None:
        """The card that says why there is none, if one is wanted."""
        if not self.save_errors:
            return None
        document = self._blank()
        document.final = document.failed = True
        told = str(error) if isinstance(error, (LookupError, TooLarge, Died, Overdue)) else _trace(error)
        document.parts = ErrorCard({"error": told}).parts()
        return document

    def packed(self, document: Document | None) -> bytes:
        """A card that was made in another process, for `unpacked`."""
        if document is None:
            return b""
        at, encoded = document.encoded or (now(), document.encode(now()))
        return json.dumps([at, document.failed]).encode() + b"\n" + encoded

    def unpacked(self, packed: bytes) -> Document | None:
        """A card that was made in another process."""
        if not packed:
            return None
        head, _, encoded = packed.partition(b"\n")
        document = self._blank()
        at, document.failed = json.loads(head)
        document.final = True
        document.scripts = [] if document.failed else self._scripts()
        document.encoded = at, encoded
        return document

    def _blank(self) -> Document:
        return Document(self.kind, self.id, self._facts.pathspec, self._facts.attempt, self._hash)

    def _document(self, final: bool) -> Document:
        assert self._class is not None
        document = self._blank()
        document.final = final
        components = self.components.rendered() if self.editable else []
        document.scripts = self._scripts()
        self._sequence += 1
        if issubclass(self._class, Page):
            shown = [*components, *(notice(f"@card WARNING\n\n{text}") for text in self._facts.warnings)]
            document.parts = self._class(self.options, shown, None, None).pages(self._facts)
            document.token = "final" if final else f"render-{self._sequence}"
            return document
        self._template(document, components)
        return document

    def _template(self, document: Document, components: list[Any]) -> None:
        """Has a template of a user's make the document."""
        facts, final = self._facts, document.final
        assert self._class is not None
        card = self._class(self.options, components, facts.graph_info(), facts.flow)
        task = facts.task(final)
        data = {
            "user": self._data,
            "components": {one["id"]: one for one in components if isinstance(one, dict) and "id" in one},
            "render_seq": "final" if final else self._sequence,
            "component_update_ts": time.time(),
            "mode": "render" if final else "render_runtime",
        }
        token = "final" if final else "render-once"
        if self._class.RUNTIME_UPDATABLE:
            if not final:
                token = str(card.reload_content_token(task, data))
            document.data, document.has_data = plain(card.refresh(task, {**data, "mode": "refresh"})), True
        if final or self._html is None or token != self._token:
            made = card.render(task) if final else card.render_runtime(task, data)
            self._html, self._token = made, token
        document.token = token
        if isinstance(self._html, str):
            document.page = self._html.replace(self._class.RELOAD_POLICY_TOKEN, token)
        elif hasattr(self._html, "render"):
            document.parts = [plain(self._html.render())]
        else:
            document.parts = plain(self._html)

    def _scripts(self) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for component in self.components:
            if hasattr(component, "scripts"):
                found.update(component.scripts())
        return list(found.items())


def _trace(error: BaseException) -> str:
    from ..worker.boundary import format_user_traceback

    return format_user_traceback(error)
