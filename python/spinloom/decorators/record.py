"""What step and flow decorators have in common: a record of attributes, checked where it is written."""

from __future__ import annotations

from .. import jsonvalue
from ..delayed import Delayed, is_delayed, settle
from ..exceptions import InvalidDecoratorAttribute
from ..locations import suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Self


class Record:
    """A decorator as a record: `name`, `defaults`, and the `attributes` it was given. Frozen once made."""

    name: str
    defaults: dict[str, Any] = {}
    attributes: dict[str, Any]
    file: str | None
    line: int
    static: bool
    pending = False
    """Whether an attribute waits for the configs: it is checked when they are known."""
    custom = False
    """Whether the user has written it: see `custom.Custom`."""
    several = False
    """Whether a step may have more than one."""
    mutates = False
    """Whether it changes other decorators before the run."""
    inserted_by: str | None = None
    """The mutator that has put it there."""

    @property
    def shown(self) -> str:
        """The name in messages."""
        return self.name

    def __init__(self, attributes: dict[str, Any], file: str | None = None, line: int = 0, static: bool = True) -> None:
        set_ = object.__setattr__
        set_(self, "file", file)
        set_(self, "line", line)
        set_(self, "static", static)
        for attribute in attributes:
            if attribute not in self.defaults and not isinstance(attribute, Delayed):
                raise self.unknown(attribute)
        given = {**self.defaults, **attributes}
        set_(self, "attributes", given)
        if is_delayed(given):
            set_(self, "pending", True)
        else:
            set_(self, "attributes", self.checked(given))

    def settled(self, names: Mapping[str, Any]) -> Self:
        """The same once the configs are known: `names` has their values. Raises `InvalidDecoratorAttribute`."""
        if not self.pending:
            return self
        made = self._again(names)
        object.__setattr__(made, "inserted_by", self.inserted_by)
        return made

    def _again(self, names: Mapping[str, Any]) -> Self:
        return type(self)(settle(self.attributes, names), self.file, self.line, self.static)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"`@{self.name}` is a record and cannot be changed")

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes with their effective values. Raises `InvalidDecoratorAttribute` for what is not allowed."""
        return attributes

    def described(self) -> dict[str, Any]:
        """The attributes as they may be shown and kept: without what is secret."""
        return self.attributes

    def _waiting(self) -> dict[str, Any]:
        """The attributes that wait, as they are written; of the others nothing is checked yet."""
        return {str(name): str(value) for name, value in self.attributes.items() if isinstance(value, Delayed)}

    def problem(self, what: str, hints: list[str] | None = None) -> InvalidDecoratorAttribute:
        """An error about an attribute, at the line the decorator is written at."""
        return InvalidDecoratorAttribute(f"`@{self.shown}` {what}", self.line or None, self.file, hints or [])

    def unknown(self, attribute: str) -> InvalidDecoratorAttribute:
        """The error for an attribute this decorator does not have."""
        known = ", ".join(self.defaults) or "none"
        return self.problem(
            f"does not support the attribute `{attribute}`; these are supported: {known}",
            suggestion(attribute, list(self.defaults)),
        )

    def number(self, attribute: str, value: Any, *, whole: bool = False) -> int | float:
        """`value` as a number that is not negative. Text counts, since `--with` and settings give it."""
        try:
            number = float(value)
            if isinstance(value, bool) or not number >= 0 or (whole and not number.is_integer()):
                raise ValueError
        except (TypeError, ValueError):
            wanted = "a whole number" if whole else "a number"
            raise self.problem(f"needs {wanted} of at least 0 for `{attribute}`, not `{value!r}`") from None
        return int(number) if number.is_integer() else number

    def document(self) -> dict[str, Any]:
        """The decorator as the flow graph describes it."""
        try:
            attributes = jsonvalue.encode(self._waiting() if self.pending else self.described())
        except TypeError as error:
            raise self.problem(f"has an attribute that cannot be written as JSON: {error}") from error
        document = {
            "name": self.name,
            "attributes": attributes,
            "statically_defined": self.static,
            "file": self.file or "",
            "line": self.line,
        }
        if self.inserted_by is not None:
            document["inserted_by"] = self.inserted_by
        return document
