"""What can be put into a card."""

from __future__ import annotations

from .artifact import Artifact
from .code import PythonCode
from .error import Error
from .figures import Bokeh, Plotly
from .image import Image
from .markdown import Markdown
from .progress import ProgressBar
from .table import Table
from .timeline import EventsTimeline
from .value_box import ValueBox
from .vega import VegaChart
from .viewers import JSONViewer, YAMLViewer

__all__ = [
    "Artifact",
    "Bokeh",
    "Error",
    "EventsTimeline",
    "Image",
    "JSONViewer",
    "Markdown",
    "Plotly",
    "ProgressBar",
    "PythonCode",
    "Table",
    "ValueBox",
    "VegaChart",
    "YAMLViewer",
]
