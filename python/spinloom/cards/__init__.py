"""Cards: reports that steps make. See `docs/guide/cards.md`."""

from __future__ import annotations

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
