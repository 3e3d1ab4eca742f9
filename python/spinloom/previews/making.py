"""Makes a preview: finds who knows the value's type, and keeps all of them within bounds."""

from __future__ import annotations

import json
import math
import sys
import time
from importlib import import_module

from .. import secret_sources
from . import SAFE, SHORT, TEXT, plain
from .guard import Guard, TooLong

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Preview = dict[str, Any]

MOST = 16 * 1024
"""Characters of JSON; a picture may take twice as many."""
SECONDS = 0.1
"""What one artifact may take."""
SECONDS_OF_TASK = 1.0
"""What all artifacts of a task may take; those that come later are only named."""
DEEPEST = 3

MASK = "••••"
# Exact values of fewer characters are hidden where they stand alone, and not wherever they occur.
_TELLING = 4

# The library a type's module belongs to → who shows its values.
LIBRARIES = {
    "numpy": "arrays",
    "torch": "tensors",
    "pandas": "pandas_tables",
    "polars": "polars_tables",
    "pyarrow": "arrow_tables",
    "PIL": "pictures",
    "matplotlib": "pictures",
    "plotly": "pictures",
    "sklearn": "models",
    "xgboost": "models",
    "lightgbm": "models",
    "catboost": "models",
}


def prepare() -> None:
    """Loads the part about each library that is loaded itself."""
    for library, module in LIBRARIES.items():
        if library in sys.modules:
            import_module(f"{__package__}.{module}")


def make(value: Any, spent: float, light: bool) -> tuple[str | None, float]:
    """The preview of `value` as JSON text, and how many seconds it took. `spent` are those of the task so far."""
    began = time.perf_counter()
    left = SECONDS_OF_TASK - spent
    maker = Maker(left, light)
    try:
        preview = maker.top(value) if left > 0 or plain.is_simple(value) else _named(value)
        text = _bounded(preview)
    except Exception:  # a preview is never worth a task
        text = None
    return text, time.perf_counter() - began


def _named(value: Any) -> Preview:
    return {"kind": "object", "type": type_of(value)}


def type_of(value: Any) -> str:
    """The name of a value's type, with its module unless that is `builtins`."""
    kind = type(value)
    name, module = kind.__qualname__, kind.__module__
    return str(name if module == "builtins" else f"{module}.{name}")[:200]


def _bounded(preview: Preview) -> str:
    """The JSON text, without histograms and with what it lists cut short, until it is small enough."""
    most = MOST * 2 if "data" in preview else MOST
    while True:
        text = json.dumps(preview, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        if len(text.encode()) <= most:
            return text
        if not (_bare(preview) or _shorten(preview)):
            return json.dumps({"kind": preview["kind"], "type": preview["type"]})


def _bare(preview: Preview) -> bool:
    """Takes the last half of the histograms of columns away: rows tell more. Says whether there was one."""
    drawn = [column for column in preview.get("columns", ()) if "histogram" in column]
    for column in drawn[len(drawn) // 2 :]:
        del column["histogram"]
    return bool(drawn)


def _shorten(part: Any) -> bool:
    """Halves every list of more than two; says whether there was one."""
    done = False
    if isinstance(part, dict):
        for key, value in part.items():
            if isinstance(value, str) and len(value) > SHORT * 4 and key != "data":
                part[key] = value[: len(value) // 2]
                done = True
            elif isinstance(value, (list, dict)) and key != "histogram":
                done = _shorten(value) or done
        if not done:
            for key in ("spec", "data", "histogram"):
                done = part.pop(key, None) is not None or done
    elif isinstance(part, list):
        if len(part) > 2:
            del part[(len(part) + 1) // 2 :]
            done = True
        for value in part:
            done = _shorten(value) or done
    return done


class Maker:
    """Makes one preview. What shows a type's values is a function of a maker, the value and how deep it stands."""

    def __init__(self, seconds: float, light: bool) -> None:
        self.light = light
        self.may_call = False
        self._guard: Guard | None = None
        self._until = time.perf_counter() + min(SECONDS, seconds)
        self._seconds = min(SECONDS, seconds)
        self._most = seconds
        self._begun: Preview | None = None
        self._secrets = _variants(secret_sources.GIVEN)

    def top(self, value: Any) -> Preview:
        """The preview of an artifact."""
        if plain.is_simple(value):
            return self.show(value)
        try:
            with Guard(self._seconds) as guard:
                self._guard = guard
                self.may_call = guard.limited
                return self.show(value)
        except (Exception, SystemExit, TooLong):  # a value may do anything when it is looked at
            return _named(value) if self._begun is None else self._begun

    def show(self, value: Any, depth: int = 0) -> Preview:
        """The preview of `value`, which stands `depth` values deep in an artifact."""
        kind = type(value)
        show = plain.BUILTIN.get(kind)
        if show is not None:
            found: Preview = show(self, value, depth)
            return found
        if depth == 0:
            return self._foreign(value, depth)
        try:
            return self._foreign(value, depth)
        except (Exception, SystemExit):  # one bad part hides no other
            return _named(value)

    def _foreign(self, value: Any, depth: int) -> Preview:
        for cls in type(value).__mro__:
            library = cls.__module__.partition(".")[0] if isinstance(cls.__module__, str) else ""
            module = LIBRARIES.get(library)
            if module is None or library not in sys.modules:
                continue
            if self.light:
                return _named(value)
            found: Preview | None = import_module(f"{__package__}.{module}").show(self, value, depth)
            if found is not None:
                return found
        return plain.show_object(self, value, depth)

    def begin(self, kind: str, value: Any, depth: int, **known: Any) -> Preview:
        """A preview to be filled. What stands in it when the time is up is what is shown."""
        preview = {"kind": kind, "type": type_of(value), **known}
        if depth == 0:
            self.keep(preview)
        return preview

    def keep(self, preview: Preview) -> None:
        """Notes what is shown should the time be up before it is finished."""
        if self._begun is None:
            self._begun = preview

    def prolong(self, seconds: float) -> None:
        """Gives what is worth it more time from now on."""
        if self._guard is not None:
            self._guard.prolong(min(seconds, self._most))

    def has_time(self) -> bool:
        """Whether to go on adding what is dear."""
        return time.perf_counter() < self._until

    def text(self, text: str, limit: int = SHORT) -> str:
        """The beginning of a text, without secrets, and without half characters that JSON readers refuse."""
        if self._secrets:
            text = self._masked(text, limit)
        if len(text) > limit:
            text = text[: limit - 1] + "…"
        return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()

    def _masked(self, text: str, limit: int) -> str:
        if text in self._secrets:
            return MASK
        telling = [secret for secret in self._secrets if len(secret) >= _TELLING]
        # A secret that begins within what is shown is hidden as a whole.
        text = text[: limit + max(map(len, telling), default=0)]
        for secret in telling:
            text = text.replace(secret, MASK)
        return text

    def whole(self, text: str, depth: int) -> dict[str, str]:
        """A text as long as its place allows, as the field `text`."""
        return {"text": self.text(text, SHORT if depth else TEXT)}

    def number(self, value: Any) -> Any:
        """A number as JSON, floats to six digits; text if it is none, or no JSON reader would keep it."""
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            exact = int(value)
            return self.text(_digits(exact)) if abs(exact) > SAFE or self._is_secret(str(exact)) else exact
        rounded = float(value)
        if not math.isfinite(rounded):
            return str(rounded)
        return self.text(MASK) if self._is_secret(repr(rounded)) else float(f"{rounded:.6g}")

    def hides_in(self, data: bytes) -> bool:
        """Whether a secret is among these bytes."""
        return any(secret.encode() in data for secret in self._secrets)

    def _is_secret(self, text: str) -> bool:
        return bool(self._secrets) and text in self._secrets

    def cell(self, value: Any) -> Any:
        """A value in a table or an array: JSON's own, or short text; null is a missing one."""
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int or kind is float:
            return self.number(value)
        if kind is str:
            return self.text(value)
        if kind in plain.BUILTIN:
            return self.text(_brief(value))
        item = getattr(kind, "item", None)  # one of NumPy's numbers
        if item is not None and kind.__module__ == "numpy":
            plainer = value.item()
            return self.text(str(value)) if type(plainer) is kind or plainer is value else self.cell(plainer)
        if kind.__name__ in ("NAType", "NaTType"):
            return None
        return self.text(str(value))


def _brief(value: Any) -> str:
    """The text of one of Python's own values, which may be long."""
    if isinstance(value, (list, tuple, dict, set, frozenset, bytes, bytearray)) and len(value) > SHORT:
        return f"{type(value).__name__} of {len(value)}"
    return repr(value)


def _digits(value: int) -> str:
    bits = value.bit_length()
    return str(value) if bits <= 4096 else f"a number of {bits} bits"


def _variants(secrets: list[str]) -> frozenset[str]:
    """Secrets as they are and as `repr` writes them."""
    return frozenset({text for secret in secrets if secret for text in (secret, repr(secret)[1:-1])})
