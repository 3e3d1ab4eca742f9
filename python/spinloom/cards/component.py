"""What components of cards have in common."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class MetaflowCardComponent:
    """A piece of a card: `render()` gives what is shown, a dictionary that JSON has a place for, or HTML text."""

    REALTIME_UPDATABLE = False
    """Whether `update` changes it while the step runs."""
    _component_id: str | None = None
    _logger: Any = None

    @property
    def component_id(self) -> str | None:
        """The name it goes by in its card."""
        return self._component_id

    @component_id.setter
    def component_id(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("the id of a component is text")
        self._component_id = value

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Changes what is shown. Components that can override it."""
        raise NotImplementedError(f"a `{type(self).__name__}` cannot be updated")

    def render(self) -> Any:
        """What is shown."""
        raise NotImplementedError(f"`{type(self).__name__}` has no `render`")


class UserComponent(MetaflowCardComponent):
    """What components of users, and all that may be appended to a card, derive from."""

    _uuid: str | None = None

    @property
    def own_id(self) -> str:
        """Its id: the one it was given, else one of its own."""
        if self._component_id is None:
            self._component_id = fresh_id(self)
        return self._component_id


class StubComponent(UserComponent):
    """Stands for a component that is not there: updating it warns, and does nothing else."""

    REALTIME_UPDATABLE = True

    def __init__(self, component_id: str, warn: Any = None) -> None:
        self._non_existing = component_id
        self._warn = warn

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Warns."""
        if self._warn is not None:
            self._warn(f"there is no component `{self._non_existing}`, so it is not updated")

    def render(self) -> Any:
        """Nothing is shown."""
        return None


def fresh_id(component: object) -> str:
    """An id for a component. Drawn from the system, so that a seed of the user's is not moved on."""
    return f"{type(component).__name__.lower()}_{os.urandom(3).hex()}"


def notice(text: str) -> dict[str, Any]:
    """What is shown in place of what cannot be."""
    return {"type": "log", "data": text, "id": f"logcomponent_{os.urandom(3).hex()}"}


def rendered(component: Any) -> Any:
    """What `component` shows; if that fails, why."""
    try:
        shown = component.render()
    except (Exception, SystemExit) as error:
        name = type(component).__name__
        return notice(f"`{name}` cannot be shown\n\n{type(error).__name__}: {error}")
    if isinstance(shown, str):  # HTML of a component of a user's
        return {"type": "html", "html": shown, "id": component.component_id or fresh_id(component)}
    return shown
