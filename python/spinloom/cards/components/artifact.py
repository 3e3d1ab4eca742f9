"""`Artifact`: any value."""

from __future__ import annotations

import json
from reprlib import Repr

from ...previews import Previews
from ..component import UserComponent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 1000
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxset = _SHORT.maxdict = 100


class Artifact(UserComponent):
    """Any Python value, shown as artifacts are: tables with their columns, arrays with their distribution."""

    REALTIME_UPDATABLE = True

    def __init__(self, artifact: Any, name: str | None = None, compressed: bool = True) -> None:
        self._artifact = artifact
        self._name = name

    def update(self, artifact: Any) -> None:
        """Shows another value."""
        self._artifact = artifact

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        return {"type": "artifacts", "data": [described(self._name, self._artifact)], "id": self.own_id}


def described(name: str | None, value: Any, preview: str | None = None) -> dict[str, Any]:
    """A value as the list of artifacts has it. `preview` is JSON text, if there is one already."""
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    if preview is None:
        preview = Previews().of(value)
    shown = None if preview is None else json.loads(preview)
    try:
        text = _SHORT.repr(value) if kind.__repr__ is not object.__repr__ else f"<{kind.__qualname__}>"
    except Exception:  # a value may do anything when it is asked
        text = f"<{kind.__qualname__}>"
    told = {"type": f"{module}{kind.__qualname__}", "data": text, "name": name}
    return {**told, "large_object": False, "supported_type": False, "only_repr": True, "preview": shown}
