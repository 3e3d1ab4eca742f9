"""`MetaflowCard`: what types of cards derive from."""

from __future__ import annotations

from typing import ClassVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class MetaflowCard:
    """A type of card, made once for each card of a task.

    `render` gives the HTML, or a component that holds all there is to show. With `RUNTIME_UPDATABLE` the card is shown
    while the step runs: `render_runtime` gives the HTML, `refresh` the data its scripts are told of, and the HTML is
    made anew when `reload_content_token` says something new.
    """

    type: ClassVar[str | None] = None
    """What `@card(type=…)` calls it."""
    ALLOW_USER_COMPONENTS: ClassVar[bool] = False
    """Whether steps may put components into it, which are `components` then, each as it is shown."""
    RUNTIME_UPDATABLE: ClassVar[bool] = False

    RELOAD_POLICY_ALWAYS: ClassVar[str] = "always"
    RELOAD_POLICY_NEVER: ClassVar[str] = "never"
    RELOAD_POLICY_ONCHANGE: ClassVar[str] = "onchange"
    RELOAD_POLICY: ClassVar[str] = "never"
    """When a card that is being looked at is to be loaded anew."""
    RELOAD_POLICY_TOKEN: ClassVar[str] = "[METAFLOW_RELOAD_TOKEN]"
    """In HTML, stands for the token of its content."""

    scope = "task"
    runtime_data: Any = None

    def __init__(
        self,
        options: dict[str, Any] | None = None,
        components: list[Any] | None = None,
        graph: dict[str, Any] | None = None,
        flow: Any = None,
    ) -> None:
        self.options = options or {}
        self.components = components or []
        self.graph = graph
        self.flow = flow

    def render(self, task: Any) -> Any:
        """The card of a task that is over."""
        raise NotImplementedError(f"the card type `{self.type}` has no `render`")

    def render_runtime(self, task: Any, data: Any) -> Any:
        """The card while the task runs."""
        raise NotImplementedError(f"the card type `{self.type}` has no `render_runtime`")

    def refresh(self, task: Any, data: Any) -> Any:
        """What scripts in the card are told while the task runs: what JSON has a place for."""
        return None

    def reload_content_token(self, task: Any, data: Any) -> str:
        """What changes whenever the HTML is to be made anew."""
        if self.RELOAD_POLICY == self.RELOAD_POLICY_ALWAYS:
            return f"render-{(data or {}).get('render_seq')}"
        return "render-once"
