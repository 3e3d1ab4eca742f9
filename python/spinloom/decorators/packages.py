"""What decorators that ask for packages have in common: they are records, which Rust reads and builds environments from."""

from __future__ import annotations

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Packages(Record):
    """A decorator with `packages`, `python` and `disabled`."""

    defaults: dict[str, Any] = {"packages": {}, "python": None, "disabled": None}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`."""
        for attribute in ("packages", "libraries"):
            given = attributes.get(attribute)
            if given is not None and not isinstance(given, dict):
                raise self.problem(
                    f"needs a dictionary for `{attribute}`, not `{given!r}`",
                    [f'write `@{self.name}({attribute}={{"name": "version"}})`'],
                )
            for name, version in (given or {}).items():
                if not isinstance(name, str) or not isinstance(version, (str, int, float, type(None))):
                    raise self.problem(
                        f"cannot read the version of `{name}`",
                        ['a version is text, such as `"1.2"`, `">=1,<2"` or `""` for any'],
                    )
        python = attributes["python"]
        if python is not None and (isinstance(python, bool) or not isinstance(python, (str, int, float))):
            raise self.problem(f"needs a version as text for `python`, not `{python!r}`")
        return attributes
