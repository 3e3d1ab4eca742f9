"""Cards: reports that steps make. See `docs/guide/cards.md`.

What is not used is not imported: a flow with `@card` and no components starts without them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .builtin import BlankCard, DefaultCard, ErrorCard, PageComponent
    from .card import MetaflowCard
    from .client import Card, CardContainer, get_cards
    from .component import MetaflowCardComponent, UserComponent
    from .components import (
        Artifact,
        Bokeh,
        Error,
        EventsTimeline,
        Image,
        JSONViewer,
        Markdown,
        Plotly,
        ProgressBar,
        PythonCode,
        Table,
        ValueBox,
        VegaChart,
        YAMLViewer,
    )

_HOMES = {
    **dict.fromkeys(("BlankCard", "DefaultCard", "ErrorCard", "PageComponent"), ".builtin"),
    "MetaflowCard": ".card",
    **dict.fromkeys(("Card", "CardContainer", "get_cards"), ".client"),
    **dict.fromkeys(("MetaflowCardComponent", "UserComponent"), ".component"),
}

__all__ = [
    "Artifact",
    "BlankCard",
    "Bokeh",
    "Card",
    "CardContainer",
    "DefaultCard",
    "Error",
    "ErrorCard",
    "EventsTimeline",
    "Image",
    "JSONViewer",
    "Markdown",
    "MetaflowCard",
    "MetaflowCardComponent",
    "PageComponent",
    "Plotly",
    "ProgressBar",
    "PythonCode",
    "Table",
    "UserComponent",
    "ValueBox",
    "VegaChart",
    "YAMLViewer",
    "get_cards",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module `spinloom.cards` has no attribute `{name}`")
    from importlib import import_module

    value = getattr(import_module(_HOMES.get(name, ".components"), __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
