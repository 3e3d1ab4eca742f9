"""`@card`: a report of the step."""

from __future__ import annotations

from .. import jsonvalue
from .base import StepDecorator, make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Card(StepDecorator):
    """Makes a card of each task of the step; several may stand above one step.

    `type` is `default`, `blank` or another type, by name or as a class derived from `MetaflowCard`. `id` names the card for
    `current.card["id"]`. `options` are handed to the type. `timeout` is what making it may take, in seconds.
    `customize=True` makes it the one that `current.card.append` goes to. Without `save_errors`, a card that cannot be made
    is left out; with it, it says why. `refresh_interval` is how many seconds lie between two looks of a card that is
    shown while the step runs, at least.
    """

    name = "card"
    several = True
    defaults: dict[str, Any] = {
        "type": "default",
        "id": None,
        "options": {},
        "scope": "task",
        "rank": None,
        "timeout": 45,
        "save_errors": True,
        "customize": False,
        "refresh_interval": 0.2,
    }

    @property
    def template(self) -> Any:
        """The class of the card, if it was given as one."""
        kind = self.attributes["type"]
        return kind if isinstance(kind, type) else None

    @property
    def kind(self) -> str:
        """The name of its type."""
        template = self.template
        return str(self.attributes["type"] if template is None else template.type or template.__name__)

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`."""
        checked = dict(attributes)
        kind = attributes["type"]
        if isinstance(kind, type):
            from ..cards.card import MetaflowCard

            if not issubclass(kind, MetaflowCard):
                raise self.problem(
                    f"needs a type of card for `type`, and `{kind.__name__}` is not derived from `MetaflowCard`"
                )
        elif not isinstance(kind, str) or not kind:
            raise self.problem(f"needs the name of a type of card for `type`, not `{kind!r}`")
        if attributes["id"] is not None and not isinstance(attributes["id"], str):
            raise self.problem(f"needs text for `id`, not `{attributes['id']!r}`")
        if not isinstance(attributes["options"], dict):
            raise self.problem(f"needs a dictionary for `options`, not `{attributes['options']!r}`")
        checked["timeout"] = self.number("timeout", attributes["timeout"])
        checked["refresh_interval"] = self.number("refresh_interval", attributes["refresh_interval"])
        for name in ("save_errors", "customize"):
            checked[name] = _truth(attributes[name])
        return checked

    def described(self) -> dict[str, Any]:
        """See `Record.described`: the class is only named."""
        shown = {**self.attributes, "type": self.kind}
        try:
            jsonvalue.encode(shown["options"])
        except TypeError:
            shown["options"] = {name: str(value) for name, value in shown["options"].items()}
        return shown


def _truth(value: Any) -> bool:
    """A truth, or the text of one, since `--with` and settings give texts."""
    return value.strip().lower() in ("true", "yes", "1") if isinstance(value, str) else bool(value)


card = make_decorator(Card)
