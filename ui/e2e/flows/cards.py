"""A card of each kind of component, and default cards."""

import math
import struct
import zlib

from spinloom import FlowSpec, Parameter, card, current, step
from spinloom.cards import (
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

CITIES = ["Ghent", "Lyon", "Turin", "Graz"]
HIRES = [118, 64, 91, 77]

TEXT = """
# Hires of 2025

A *good* year, with **350** people more; see `report.py` and [the plan](https://example.com/plan).

1. Ghent leads
2. Lyon follows

> Numbers are of the first of January.

| city | hires |
|---|---|
| Ghent | 118 |

```
total = sum(hires)
```
"""

CODE = '''
@step
def train(self):
    """Fits the model."""
    rate = 0.25  # of learning
    for epoch in range(10):
        self.model.fit(rate)
'''


def picture(width=240, height=120):
    """A PNG of a slope from one colour to another."""
    rows = b"".join(
        b"\0" + b"".join(bytes([x * 255 // width, y * 255 // height, 160]) for x in range(width)) for y in range(height)
    )

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bars():
    """A chart of Vega-Lite's."""
    rows = [{"city": city, "hires": hires} for city, hires in zip(CITIES, HIRES, strict=True)]
    encoding = {
        "x": {"field": "city", "title": "city"},
        "y": {"field": "hires", "type": "quantitative", "title": "hires"},
    }
    return {"data": {"values": rows}, "mark": "bar", "encoding": encoding, "height": 160}


def losses():
    """A line that falls."""
    rows = [{"epoch": epoch, "loss": math.exp(-epoch / 6) + 0.05 * math.cos(epoch)} for epoch in range(30)]
    encoding = {"x": {"field": "epoch", "type": "quantitative"}, "y": {"field": "loss", "type": "quantitative"}}
    return {"data": {"values": rows}, "mark": {"type": "line", "point": True}, "encoding": encoding, "height": 180}


class CardsFlow(FlowSpec):
    """Plans hires, city by city."""

    year = Parameter("year", default=2025)
    cities = Parameter("cities", default="all of them", help="Which ones")

    @card(type="blank", id="parts")
    @card(type="blank", id="figures")
    @card(type="blank", id="report")
    @step
    def start(self):
        """Reads the plan."""
        self.parts(current.card["parts"])
        self.figures(current.card["figures"])
        self.report(current.card["report"])
        self.plan = CITIES[:2]
        self.next(self.hire, foreach="plan")

    def parts(self, shown):
        """All components but those that bring a library."""
        import pandas as pd

        shown.append(Markdown(TEXT))
        rows = [
            [city, hires, hires / 350, Markdown("**first**") if hires > 100 else None]
            for city, hires in zip(CITIES, HIRES, strict=True)
        ]
        shown.append(Table(rows, headers=["city", "hires", "share", "note"]))
        shown.append(Table.from_dataframe(pd.DataFrame({"city": CITIES, "hires": HIRES, "grows": [True, False] * 2})))
        shown.append(Table([[n, n * n, f"row {n}"] for n in range(5000)], headers=["n", "square", "name"]))
        shown.append(Image(picture(), "A slope"))
        shown.append(Artifact({"rate": 0.25, "layers": [64, 32]}, name="settings"))
        shown.append(VegaChart(bars()))
        shown.append(ProgressBar(max=8, label="epochs", value=3, unit="epochs", metadata="loss 0.31"))
        shown.append(ValueBox("hires", 350, subtitle="all cities", theme="success", change_indicator="+12 %"))
        shown.append(ValueBox("left", 41, theme="danger", change_indicator="-3 %"))
        shown.append(PythonCode(code_string=CODE.strip()))
        events = EventsTimeline("agent")
        events.update({"tool": "search", "query": "hires"}, style_theme="tool_call", priority="high")
        events.update(
            {"answer": "350"}, style_theme="ai_response", payloads={"plan": Markdown("Hire *more*.")}, finished=True
        )
        shown.append(events)
        nested = {"model": {"layers": [64, 32], "name": "small", "done": True}, "score": 0.93, "notes": None}
        shown.append(JSONViewer(nested, title="settings"))
        shown.append(YAMLViewer(nested, title="the same"))
        shown.append(Error(ValueError("no such city"), "It went wrong"))

    def figures(self, shown):
        """Those that bring a library."""
        import plotly.graph_objects as graph
        from bokeh.plotting import figure

        layout = {"title": "Hires", "height": 300}
        shown.append(Plotly(graph.Figure(graph.Bar(x=CITIES, y=HIRES), layout)))
        drawn = figure(width=500, height=260, title="Hires", toolbar_location=None)
        drawn.vbar(x=list(range(len(HIRES))), top=HIRES, width=0.8)
        shown.append(Bokeh(drawn))

    def report(self, shown):
        """What people might really show."""
        shown.append(
            Markdown(
                "# Hires of 2025\nHow the plan for each city came out, and how well the model that made it has learnt."
            )
        )
        shown.append(ValueBox("hires", 350, subtitle="all cities", theme="success", change_indicator="+12 %"))
        shown.append(ValueBox("left", 41, subtitle="all cities", theme="danger", change_indicator="-3 %"))
        shown.append(ValueBox("open", 17, subtitle="of 408", theme="default"))
        shown.append(VegaChart(bars()))
        shown.append(Table(list(zip(CITIES, HIRES, strict=True)), headers=["city", "hires"]))
        shown.append(Markdown("## The model"))
        shown.append(VegaChart(losses()))
        shown.append(ProgressBar(max=30, label="epochs", value=30))

    @card
    @step
    def hire(self):
        """Hires in one city."""
        self.city = self.input
        self.hires = dict(zip(CITIES, HIRES, strict=True))[self.city]
        self.history = [0.5, 0.25, 0.125]
        self.next(self.join)

    @step
    def join(self, inputs):
        """Adds all up."""
        self.total = sum(one.hires for one in inputs)
        self.next(self.check)

    @step
    def check(self):
        """Is it enough?"""
        self.state = "enough" if self.total > 100 else "too_few"
        self.next({"enough": self.publish, "too_few": self.revise}, condition="state")

    @step
    def publish(self):
        """Says it."""
        self.next(self.end)

    @step
    def revise(self):
        """Plans anew."""
        self.next(self.end)

    @step
    def end(self):
        """Ends."""


if __name__ == "__main__":
    CardsFlow()
