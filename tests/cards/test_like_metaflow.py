"""The same flow with cards under both: the Client tells the same of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.card_runs import Place
from support.product import Product

FLOW = """
from metaflow import FlowSpec, card, current, step
from metaflow.cards import (
    EventsTimeline, JSONViewer, Markdown, ProgressBar, PythonCode, Table, ValueBox, VegaChart, YAMLViewer
)


class SameFlow(FlowSpec):
    @card(type="blank", id="many")
    @card
    @card(type="taskspec_card", id="spec")
    @step
    def start(self):
        many = current.card["many"]
        many.append(Markdown("# a *b*"), id="m")
        many.append(Table([[1, "x"], [2.5, None]], headers=["a", "b"]), id="t")
        bar = ProgressBar(max=10, label="L", unit="u", value=1)
        many.append(bar, id="bar")
        bar.update(7, "d")
        many.append(ValueBox(title="T", value=3, subtitle="s", theme="success", change_indicator="+1"), id="v")
        many.append(VegaChart({"mark": "bar"}), id="c")
        many.append(JSONViewer({"a": [1, None]}), id="j")
        many.append(YAMLViewer({"a": [1], "b": {"c": "d"}}), id="y")
        many.append(PythonCode(code_string="a = 1"), id="p")
        events = EventsTimeline(title="E", max_events=5)
        events.update({"k": 1}, style_theme="info")
        many.append(events, id="e")
        current.card.append(Markdown("to the default"), id="d")
        current.card["nowhere"].append(Markdown("lost"))
        current.card.append("no component")
        self.next(self.end)

    @card(type="blank")
    @step
    def end(self):
        current.card.append(Markdown("end"), id="m")


if __name__ == "__main__":
    SameFlow()
"""

LOOK = """
from metaflow.cards import get_cards
run = Flow("SameFlow").latest_run
told = []
for step in ("start", "end"):
    for card in get_cards(run[step].task):
        told.append([step, card.type, card.id, len(card.hash), card.get_data()])
print(json.dumps(sorted(told, key=str)))
"""


def observed(product: Product, folder: Path) -> Any:
    """What the Client says, and the list of the command, without what cannot be the same."""
    folder.mkdir()
    place = Place(product, folder)
    outcome = place.flow(FLOW)
    assert outcome.exit_code == 0, outcome.text
    told = place.python(LOOK)
    for card in told:
        if card[4] is not None:
            card[4].pop("created_on")
            for component in card[4]["data"].values():
                settle(component)
    return {"client": told, "list": listed(place), "page": page(place)}


def listed(place: Place) -> Any:
    """What `card list --as-json` says of the run, and of a task."""
    told = []
    for words in ([], ["start"], ["start", "--type", "blank"], ["start", "--id", "spec"]):
        outcome = place.product.run(["flow.py", "card", "list", *words, "--as-json"], place.folder)
        assert outcome.exit_code == 0, outcome.text
        found = json.loads(outcome.stdout[outcome.stdout.index("[" if not words else "{") :])
        for task in found if isinstance(found, list) else [found]:
            step = task["pathspec"].split("/")[2]
            for card in task["cards"]:
                name = "-".join([card["type"], *([card["id"]] if card["id"] else []), card["hash"]])
                assert card["filename"] == f"{name}.html"
                told.append([" ".join(words), step, card["type"], card["id"]])
    return sorted(told, key=str)


def page(place: Place) -> str:
    """A page that a template made."""
    outcome = place.product.run(["flow.py", "card", "get", "start", "--id", "spec"], place.folder)
    assert outcome.exit_code == 0, outcome.text
    flow, _run, step, task = outcome.stdout.strip().splitlines()[-1].split("/")
    return f"{flow}/{step}/{task}"


def settle(component: dict[str, Any]) -> None:
    """Takes out times, and the line break that Metaflow puts before a Markdown text."""
    if component["type"] == "markdown":
        component["source"] = component["source"].lstrip("\n")
    if component["type"] == "eventsTimeline":
        component["stats"] = sorted(component["stats"])
        for event in component["events"]:
            event.pop("received_at")
            event["metadata"].pop("timestamp")


def test_the_client_tells_the_same(spinloom: Product, metaflow: Product, tmp_path: Path) -> None:
    ours, theirs = observed(spinloom, tmp_path / "ours"), observed(metaflow, tmp_path / "theirs")
    assert json.dumps(ours, indent=1, sort_keys=True) == json.dumps(theirs, indent=1, sort_keys=True)
