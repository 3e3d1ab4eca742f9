"""What people are shown of an artifact: small, typed JSON, made by the task that saves the value.

Servers and readers never unpickle anything. The format is in `docs/design/0005-artifacts.md` and
`schemas/artifact-preview.json`. Making a preview never fails a task, imports no library, prints nothing and draws no
random number; what would take long is sampled or left out.
"""

from __future__ import annotations

import math
from json.encoder import encode_basestring as _quoted  # type: ignore[attr-defined]

from .. import secret_sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SAFE = 2**53
"""Whole numbers beyond it are text: JSON readers would bend them."""
TEXT = 1000
"""Characters shown of a text."""

SHORT = 80
"""Characters shown of a text that stands in another value."""
ITEMS = 20
"""Items shown of a collection."""


def _int(value: int) -> str | None:
    return f'{{"kind":"scalar","type":"int","value":{value}}}' if -SAFE <= value <= SAFE else None


def _float(value: float) -> str | None:
    return f'{{"kind":"scalar","type":"float","value":{value!r}}}' if math.isfinite(value) else None


def _bool(value: bool) -> str:
    return f'{{"kind":"scalar","type":"bool","value":{"true" if value else "false"}}}'


def _none(_value: None) -> str:
    return '{"kind":"scalar","type":"NoneType","value":null}'


def _str(value: str) -> str | None:
    if len(value) > TEXT or not value.isascii():
        return None
    return f'{{"kind":"text","type":"str","length":{len(value)},"text":{_quoted(value)}}}'


_PLAIN: dict[type, Any] = {int: _int, float: _float, bool: _bool, type(None): _none, str: _str}


def _items(values: Any) -> str | None:
    """A few plain values, one after another."""
    texts = []
    for value in values:
        quick = _PLAIN.get(type(value))
        text = None if quick is None or (type(value) is str and len(value) > SHORT) else quick(value)
        if text is None:
            return None
        texts.append(text)
    return ",".join(texts)


def _list(value: list[Any] | tuple[Any, ...]) -> str | None:
    items = _items(value[:ITEMS])
    if items is None:
        return None
    return f'{{"kind":"collection","type":"{type(value).__name__}","length":{len(value)},"items":[{items}]}}'


_QUICK = {**_PLAIN, list: _list, tuple: _list}


class Previews:
    """Makes the previews of one task's artifacts, and minds how long all of them take together.

    `light` is for a process that others are forked from: there no library is called, since it might start threads.
    """

    __slots__ = ("_light", "_spent")

    def __init__(self, light: bool = False) -> None:
        self._light = light
        self._spent = 0.0

    def of(self, value: Any) -> str | None:
        """The preview of `value`, JSON text; None if there is none to be had."""
        quick = _QUICK.get(type(value))
        if quick is not None and not secret_sources.GIVEN:
            text: str | None = quick(value)
            if text is not None:
                return text
        from .making import make

        text, seconds = make(value, self._spent, self._light)
        self._spent += seconds
        return text

    def shown(self, name: str, value: Any) -> str | None:
        """The preview of artifact `name`; private ones are not shown."""
        return None if name[0] == "_" else self.of(value)

    def note(self, name: str, value: Any, told: str | None = None) -> str | None:
        """What `TaskContext.save` is told beside the bytes of artifact `name`; private ones are not shown.

        `told` is what a serializer has to say, as the inside of a JSON object.
        """
        text = self.shown(name, value)
        if told is not None:
            return f"{{{told}}}" if text is None else f'{{{told},"preview":{text}}}'
        return None if text is None else f'{{"preview":{text}}}'


def prepare() -> None:
    """Loads, in the zygote, what its tasks will need: the part about each library that the flow has imported."""
    from .making import prepare as load

    load()
