"""What the decorators that send a step to another machine have in common."""

from __future__ import annotations

from .base import StepDecorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Remote(StepDecorator):
    """A step that runs elsewhere. What it asks for is checked here, put together with `@resources` by the native part."""

    rules: dict[str, Callable[[Remote, str, Any], None]] = {}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`. What is not given, `None`, is not looked at."""
        for attribute, value in attributes.items():
            if value is not None and (rule := self.rules.get(attribute)) is not None:
                rule(self, attribute, value)
        return attributes


def amount(decorator: Remote, attribute: str, value: Any) -> None:
    """A number of at least 0."""
    decorator.number(attribute, value)


def whole(decorator: Remote, attribute: str, value: Any) -> None:
    """A whole number of at least 0."""
    decorator.number(attribute, value, whole=True)


def positive(decorator: Remote, attribute: str, value: Any) -> None:
    """A number of more than 0."""
    if not decorator.number(attribute, value):
        raise decorator.problem(f"needs a number of more than 0 for `{attribute}`, not `{value!r}`")


def text(decorator: Remote, attribute: str, value: Any) -> None:
    """Text."""
    if not isinstance(value, str) or not value:
        raise decorator.problem(f"needs text for `{attribute}`, not `{value!r}`")


def switch(decorator: Remote, attribute: str, value: Any) -> None:
    """True or false; text counts, as `--with` and settings give it."""
    if not isinstance(value, bool) and str(value).lower() not in ("true", "false"):
        raise decorator.problem(f"needs True or False for `{attribute}`, not `{value!r}`")


def mapping(decorator: Remote, attribute: str, value: Any) -> None:
    """A dictionary whose keys are text."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise decorator.problem(f"needs a dictionary for `{attribute}`, not `{value!r}`")


def labels(decorator: Remote, attribute: str, value: Any) -> None:
    """A dictionary, or its text: `a=b,c=d`."""
    if isinstance(value, str) and all("=" in part for part in value.split(",")):
        return
    mapping(decorator, attribute, value)


def texts(decorator: Remote, attribute: str, value: Any) -> None:
    """A text, or a list of them."""
    several = isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    if not several and not isinstance(value, str):
        raise decorator.problem(f"needs text, or a list of texts, for `{attribute}`, not `{value!r}`")


def mappings(decorator: Remote, attribute: str, value: Any) -> None:
    """A list of dictionaries."""
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, dict) for one in value):
        raise decorator.problem(f"needs a list of dictionaries for `{attribute}`, not `{value!r}`")


def one_of(*choices: str) -> Callable[[Remote, str, Any], None]:
    """One of some words, in any case."""

    def rule(decorator: Remote, attribute: str, value: Any) -> None:
        from ..locations import suggestion

        if str(value).lower() not in [choice.lower() for choice in choices]:
            raise decorator.problem(
                f"needs one of {', '.join(choices)} for `{attribute}`, not `{value!r}`",
                suggestion(str(value), list(choices)),
            )

    return rule
