"""`@exit_hook`: functions that are called after a run."""

from __future__ import annotations

from ..exceptions import InvalidDecorator
from ..locations import suggestion
from .flow_base import FlowDecorator, make_flow_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WHEN = ("on_success", "on_error")


class ExitHook(FlowDecorator):
    """Calls functions after the run: those of `on_success` if it went well, else those of `on_error`.

    Each is a function of the flow's file or of a module, or the name of one, and runs in a process of its own, after the
    run is over. It may take the finished run as `run`. What becomes of it changes nothing about the run. `options` are
    for orchestrators.
    """

    name = "exit_hook"
    multiple = True
    defaults: dict[str, Any] = {"on_success": [], "on_error": [], "options": {}}

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`."""
        hooks = {when: self._names(when, attributes[when]) for when in _WHEN}
        if not any(hooks.values()):
            raise self.problem("calls nothing", ["give it functions, such as `@exit_hook(on_error=[notify])`"])
        if not isinstance(attributes["options"], dict):
            raise self.problem(f"needs a dictionary for `options`, not `{attributes['options']!r}`")
        return {**hooks, "options": attributes["options"]}

    def _names(self, when: str, hooks: Any) -> list[str]:
        if not isinstance(hooks, (list, tuple)):
            raise self.problem(f"needs a list of functions for `{when}`, not `{hooks!r}`")
        return [self._name(when, hook) for hook in hooks]

    def _name(self, when: str, hook: Any) -> str:
        """`notify` for a function of the flow's file, `package.module:notify` for another's."""
        if isinstance(hook, str) and hook:
            return hook
        name = getattr(hook, "__qualname__", None)
        module = getattr(hook, "__module__", None)
        if not callable(hook) or name is None or module is None:
            raise self.problem(f"needs functions or names of functions in `{when}`, not `{hook!r}`")
        if "<" in name:
            raise self.problem(
                f"has `{name}` in `{when}`, which a process of its own cannot find",
                ["write a function of the module, with a name"],
            )
        return str(name) if module == "__main__" else f"{module}:{name}"

    def look_up(self, flow: type) -> None:
        """See `FlowDecorator.look_up`: each function must be there for the process that will call it."""
        from ..exit_hooks import find

        for when in _WHEN:
            for name in self.attributes[when]:
                try:
                    hook = find(name, flow.__module__)
                except (ImportError, AttributeError):
                    import sys

                    known = [key for key, value in vars(sys.modules[flow.__module__]).items() if callable(value)]
                    raise InvalidDecorator(
                        f"`@exit_hook` names `{name}` in `{when}`, which cannot be found",
                        self.line or None,
                        self.file,
                        suggestion(name, known),
                    ) from None
                if not callable(hook):
                    raise self.problem(f"names `{name}` in `{when}`, which is not a function")


exit_hook = make_flow_decorator(ExitHook)
