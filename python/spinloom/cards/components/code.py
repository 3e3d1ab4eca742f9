"""`PythonCode`: source code."""

from __future__ import annotations

import inspect

from ..component import UserComponent, notice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class PythonCode(UserComponent):
    """The source of a function, or code as text."""

    def __init__(self, code_func: Callable[..., Any] | None = None, code_string: str | None = None) -> None:
        self._function = code_func
        self._text = code_string

    def render(self) -> dict[str, Any]:
        """See `MetaflowCardComponent.render`."""
        text = self._text
        if self._function is not None:
            try:
                text = inspect.getsource(self._function)
            except (OSError, TypeError) as error:
                return notice(f"the source of `{getattr(self._function, '__name__', '?')}` cannot be read: {error}")
        return {"type": "pythonCode", "data": text or "", "id": self.own_id}
