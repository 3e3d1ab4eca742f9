"""The types of cards that come with Spinloom."""

from __future__ import annotations

from .card import MetaflowCard
from .component import notice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Page(MetaflowCard):
    """A card that is data: the viewer draws it."""

    RELOAD_POLICY = MetaflowCard.RELOAD_POLICY_ONCHANGE

    def pages(self, facts: Any) -> list[dict[str, Any]]:
        """What there is to see. `facts` know the task."""
        raise NotImplementedError

    def render(self, task: Any) -> str:
        """The card as HTML, for cards that are made of others."""
        from .document import Document

        return Document.of_parts(self.type or "", task.pathspec, self.parts()).html()

    def parts(self) -> list[dict[str, Any]]:
        """What is shown without knowing the task."""
        return [page("", [section(self.components, user=True)])]

    def refresh(self, task: Any, data: Any) -> Any:
        """The components, as they are."""
        return (data or {}).get("components")


class BlankCard(Page):
    """Nothing but what the step puts into it. `options={"title": …}` gives it a heading."""

    type = "blank"
    ALLOW_USER_COMPONENTS = True
    RUNTIME_UPDATABLE = True

    def pages(self, facts: Any) -> list[dict[str, Any]]:
        """See `Page.pages`."""
        return self.parts()

    def parts(self) -> list[dict[str, Any]]:
        """See `Page.parts`."""
        return [page(str(self.options.get("title") or ""), [section(self.components, user=True)])]


class DefaultCard(Page):
    """The task: what it got, what it made, how long it took; and what the step puts into it."""

    type = "default"
    ALLOW_USER_COMPONENTS = True
    RUNTIME_UPDATABLE = True

    def pages(self, facts: Any) -> list[dict[str, Any]]:
        """See `Page.pages`."""
        shown = [
            section(self.components, user=True),
            section([facts.about()], "Task"),
            section([facts.parameters()], "Parameters") if facts.has_parameters else None,
            section([facts.artifacts()], "Artifacts"),
            section([{"type": "dag", "data": facts.graph(), "current": facts.step}], "Flow"),
            section([facts.code()], "Code") if self.options.get("show_code", True) else None,
        ]
        told = [one for one in shown if one is not None and (one["contents"] or one.get("user"))]
        return [{"type": "title", "text": facts.pathspec}, page("", told)]


class DefaultJSONCard(DefaultCard):
    """The default card as JSON, for programs."""

    type = "default_json"
    ALLOW_USER_COMPONENTS = False
    RUNTIME_UPDATABLE = False


class ErrorCard(Page):
    """Why a card could not be made."""

    type = "error"

    def parts(self) -> list[dict[str, Any]]:
        """See `Page.parts`."""
        title = str(self.options.get("title") or "This card could not be made")
        text = str(self.options.get("error") or "nothing is known about it")
        return [page("Error", [section([{**notice(text), "level": "error"}], title)])]

    def pages(self, facts: Any) -> list[dict[str, Any]]:
        """See `Page.pages`."""
        return self.parts()


class TaskSpecCard(MetaflowCard):
    """The name of the task."""

    type = "taskspec_card"

    def render(self, task: Any) -> str:
        """See `MetaflowCard.render`."""
        return str(task.pathspec)


KINDS: dict[str, type[MetaflowCard]] = {
    str(kind.type): kind for kind in (BlankCard, DefaultCard, DefaultJSONCard, ErrorCard, TaskSpecCard)
}


def page(title: str, contents: list[dict[str, Any]]) -> dict[str, Any]:
    """A page of a card."""
    return {"type": "page", "title": title, "contents": contents}


def section(contents: list[Any], title: str | None = None, user: bool = False) -> dict[str, Any]:
    """Components one below the other. Those of the `user` are what changes while the step runs."""
    made: dict[str, Any] = {"type": "section", "contents": contents}
    if title:
        made["title"] = title
    if user:
        made["user"] = True
    return made


class PageComponent:
    """A page, for templates of users that make one out of components."""

    def __init__(self, title: str | None = None, contents: list[Any] | None = None) -> None:
        self._title = title or ""
        self._contents = contents or []

    def render(self) -> dict[str, Any]:
        """What is shown."""
        shown = [one.render() if hasattr(one, "render") else one for one in self._contents]
        return page(self._title, [section(shown)])
