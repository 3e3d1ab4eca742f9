"""`@secrets`: variables of the task's process that nobody may see."""

from __future__ import annotations

from .. import secret_sources
from ..exceptions import SpinloomException
from .base import StepDecorator, make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Secrets(StepDecorator):
    """Fetches secrets in the task's process, just before the step, and sets them as variables of its environment.

    A source is `type.id` or a dictionary with `type`, `id`, `options` and `role`. The types are `inline` (its
    `options` hold `env_vars`), `file` (`id` is the path of a dotenv or JSON file) and `env` (`id` lists variables:
    `NAME` or `NEW=OLD`, separated by commas). `role` is who fetches, for sources that name nobody. Without
    `allow_override`, a variable that is set already is an error.
    """

    name = "secrets"
    defaults: dict[str, Any] = {"sources": [], "role": None, "allow_override": False}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`. No message shows a source's options: they may hold the secrets themselves."""
        sources = attributes["sources"]
        if not isinstance(sources, (list, tuple)):
            raise self.problem("needs a list for `sources`", ['write `sources=["file.secrets.env"]`'])
        try:
            secret_sources.check(list(sources))
        except SpinloomException as error:
            raise self.problem(f"has a bad source: {error.message}", error.hints) from None
        return {
            "sources": list(sources),
            "role": attributes["role"],
            "allow_override": bool(attributes["allow_override"]),
        }

    def described(self) -> dict[str, Any]:
        """See `Record.described`: what a source is called, never what it holds."""
        return {**self.attributes, "sources": [_named(source) for source in self.attributes["sources"]]}


def _named(source: Any) -> Any:
    return {key: value for key, value in source.items() if key != "options"} if isinstance(source, dict) else source


secrets = make_decorator(Secrets)
