"""Components of cards, and `current.card`: what they show, without a run (CA-03, CA-04)."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from spinloom import cards
from spinloom.cards.component import StubComponent
from spinloom.cards.components.viewers import as_yaml
from spinloom.cards.current import CardCollector
from spinloom.cards.document import LARGEST, Document, TooLarge
from spinloom.cards.facts import Facts
from spinloom.cards.kinds import find
from spinloom.cards.live import LiveCard
from spinloom.decorators.card import Card

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 8


def shown(component: Any) -> dict[str, Any]:
    """What a component shows, as it is kept, without its id."""
    made = json.loads(json.dumps(component.render()))
    made.pop("id", None)
    return made


def test_markdown_may_be_indented_like_the_code_around_it() -> None:
    text = cards.Markdown("""
        # Title
          more
    """)
    assert shown(text) == {"type": "markdown", "source": "\n# Title\n  more\n"}
    text.update("other")
    assert shown(text)["source"] == "other"


def test_a_table_has_values_and_components() -> None:
    table = cards.Table([[1, None, cards.Markdown("*m*")], ["s", float("nan"), object]], headers=["a", "b", "c"])
    made = table.render()
    assert made["columns"] == ["a", "b", "c"]
    assert made["data"][0][:2] == [1, None] and made["data"][0][2]["type"] == "markdown"
    assert made["data"][1] == ["s", "nan", "<object>"]
    assert cards.Table("no table").render()["data"] == [[]]  # type: ignore[arg-type]


def test_a_data_frame_is_a_table() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"n": range(9), "text": ["t" * 99] * 9})
    few = shown(cards.Table.from_dataframe(frame))
    assert few["columns"] == ["", "n", "text"]
    assert len(few["data"]) == 5 and few["data"][0] == [0, 0, "t" * 30 + "..."]
    assert len(shown(cards.Table.from_dataframe(frame, truncate=False))["data"]) == 9
    missing = pandas.DataFrame({"a": [1.5, None]}, index=["x", "y"])
    assert shown(cards.Table.from_dataframe(missing))["data"] == [["x", 1.5], ["y", "null"]]
    assert shown(cards.Table.from_dataframe("text"))["columns"] == ["a value of type `str` is not a data frame"]


def test_an_image_is_bytes() -> None:
    image = cards.Image(PNG, "label")
    assert shown(image)["src"].startswith("data:image/png;base64,iVBOR") and shown(image)["label"] == "label"
    assert shown(cards.Image(b"<svg xmlns='x'></svg>"))["src"].startswith("data:image/svg+xml")
    for bad in (b"abc", None, "text"):
        assert shown(cards.Image(bad))["type"] == "log"  # type: ignore[arg-type]


def test_an_image_is_drawn_from_what_libraries_have() -> None:
    pillow = pytest.importorskip("PIL.Image")
    numpy = pytest.importorskip("numpy")
    picture = pillow.new("RGB", (3, 2))
    image = cards.Image.from_pil_image(picture, "p")
    before = shown(image)["src"]
    image.update(pillow.new("RGB", (5, 5)), "q")
    assert shown(image)["label"] == "q" and shown(image)["src"] != before
    grey, colour = numpy.zeros((4, 4)), numpy.zeros((4, 4, 3), dtype="uint8")
    for array in (grey, colour):
        assert shown(cards.Image.from_array(array))["src"].startswith("data:image/png")
    assert "is not a picture" in shown(cards.Image.from_array(numpy.zeros(3)))["data"]
    assert shown(cards.Image.from_pil_image("x"))["type"] == "log"


def test_an_image_is_a_figure() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    axes = figure.subplots()
    for plot in (figure, axes):
        assert shown(cards.Image.from_matplotlib(plot))["src"].startswith("data:image/png")
    assert "is not of Matplotlib's" in shown(cards.Image.from_matplotlib(3))["data"]


def test_an_artifact_is_shown_as_artifacts_are() -> None:
    artifact = cards.Artifact([1, 2], name="n")
    (told,) = shown(artifact)["data"]
    assert told["name"] == "n" and told["type"] == "list" and told["data"] == "[1, 2]"
    assert told["preview"] == {
        "kind": "collection",
        "type": "list",
        "length": 2,
        "items": [{"kind": "scalar", "type": "int", "value": 1}, {"kind": "scalar", "type": "int", "value": 2}],
    }
    artifact.update("x")
    assert shown(artifact)["data"][0]["type"] == "str"


def test_a_bar_fills() -> None:
    bar = cards.ProgressBar(max=10, label="L", unit="u")
    bar.update(4, "details")
    expected = {"type": "progressBar", "max": 10, "value": 4, "label": "L", "unit": "u", "details": "details"}
    assert shown(bar) == expected


def test_a_value_box_changes_what_it_is_told() -> None:
    box = cards.ValueBox("t", 1, theme="success")
    box.update(value=2, change_indicator="+1")
    assert shown(box) == {"type": "valueBox", "title": "t", "value": 2, "theme": "success", "change_indicator": "+1"}
    with pytest.raises(ValueError, match="not empty"):
        cards.ValueBox(value=" ")


def test_a_chart_is_a_specification() -> None:
    chart = cards.VegaChart({"mark": "bar"})
    assert shown(chart)["spec"] == {"mark": "bar", "width": "container"}
    assert shown(chart)["options"] == {"actions": False}
    assert "options" not in shown(cards.VegaChart({}, show_controls=True))
    chart.update({"hconcat": []})
    assert shown(chart)["spec"] == {"hconcat": []}
    with pytest.raises(ValueError, match="Altair"):
        cards.VegaChart.from_altair_chart(3)


def test_charts_of_libraries_stay_interactive() -> None:
    altair = pytest.importorskip("altair")
    plotly = pytest.importorskip("plotly.graph_objects")
    plotting = pytest.importorskip("bokeh.plotting")
    chart = altair.Chart(altair.Data(values=[{"x": 1}])).mark_bar().encode(x="x:Q")
    assert shown(cards.VegaChart.from_altair_chart(chart))["spec"]["mark"]["type"] == "bar"
    figure = cards.Plotly(plotly.Figure(plotly.Bar(y=[1, 2])))
    assert shown(figure)["figure"]["data"][0]["type"] == "bar"
    assert [name for name, _ in figure.scripts()] == ["plotly"]
    drawn = plotting.figure()
    drawn.line([1, 2], [3, 4])
    bokeh = cards.Bokeh(drawn)
    assert shown(bokeh)["item"]["doc"]["roots"] and bokeh.scripts()[0][0] == "bokeh"
    for kind in (cards.Plotly, cards.Bokeh):
        with pytest.raises(ValueError, match="is not a figure"):
            kind(3)


def test_code_and_nested_data() -> None:
    assert shown(cards.PythonCode(code_string="a = 1"))["data"] == "a = 1"
    assert shown(cards.PythonCode(shown))["data"].startswith("def shown")
    viewer = cards.JSONViewer({"a": {1}}, title="T", max_height="3em")
    assert json.loads(shown(viewer)["json_string"]) == {"a": [1]}
    viewer.update('{"b": 2}')
    assert json.loads(shown(viewer)["json_string"]) == {"b": 2}
    assert shown(cards.YAMLViewer("a: 1"))["yaml_string"] == "a: 1"


def test_yaml_is_read_as_what_it_was() -> None:
    yaml = pytest.importorskip("yaml")
    value = {
        "a": [1, [2, {"b": None}], {"c": "x: y", "d": []}],
        "no": "yes",
        "e": {},
        "f": 1.5,
        "g": "  spaces ",
        "": True,
    }
    assert yaml.safe_load(as_yaml(value)) == value


def test_a_timeline_keeps_the_newest_events() -> None:
    timeline = cards.EventsTimeline("agent", max_events=2)
    for n in range(3):
        timeline.update({"n": n}, style_theme="tool_call", payloads={"p": cards.Markdown("m")}, finished=n == 2)
    made = timeline.render()
    assert [event["metadata"]["n"] for event in made["events"]] == [2, 1]
    assert made["events"][0]["payloads"]["p"]["type"] == "markdown"
    assert made["stats"]["total_events"] == 3 and made["stats"]["finished"]
    with pytest.raises(TypeError, match="dictionary"):
        timeline.update("text")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="payload `x`"):
        timeline.update({}, payloads={"x": 3})


def test_an_error_is_told() -> None:
    assert shown(cards.Error(ValueError("no"), "Title"))["data"] == "Title\n\nValueError('no')"


class Told:
    """Cards of a step, and what was warned of."""

    def __init__(self, *decorators: dict[str, Any]) -> None:
        self.warnings: list[str] = []
        facts = Facts.__new__(Facts)
        facts.pathspec, facts.attempt, facts.warnings, facts.process = "F/1/s/1", 0, [], os.getpid()
        self.cards = []
        for position, attributes in enumerate(decorators):
            decorator = Card(attributes)
            self.cards.append(LiveCard(position, decorator, find(decorator.kind), facts, self.warnings.append))
        self.current = CardCollector(self.cards, self.warnings.append)

    def counts(self) -> list[int]:
        """How many components each has."""
        return [len(card.components) for card in self.cards]


@pytest.mark.parametrize(
    ("decorators", "meant"),
    [
        ([{}], 0),
        ([{"id": "a"}], 0),
        ([{"id": "a"}, {}], 1),
        ([{}, {"id": "a", "customize": True}], 1),
        ([{}, {"type": "taskspec_card"}], 0),
    ],
)
def test_the_card_that_is_meant(decorators: list[dict[str, Any]], meant: int) -> None:
    told = Told(*decorators)
    told.current.append(cards.Markdown("x"))
    assert told.counts()[meant] == 1 and sum(told.counts()) == 1 and not told.warnings


@pytest.mark.parametrize("decorators", [[{}, {}], [{"type": "taskspec_card"}]])
def test_where_no_card_is_meant_is_a_warning_once(decorators: list[dict[str, Any]]) -> None:
    told = Told(*decorators)
    told.current.append(cards.Markdown("x"))
    told.current.extend([cards.Markdown("x")])
    told.current.refresh()
    told.current.clear()
    assert sum(told.counts()) == 0 and len(told.warnings) == 1


def test_cards_are_found_by_id_and_by_type() -> None:
    told = Told({"id": "a"}, {"id": "b", "type": "blank"}, {"id": "bad-id"}, {"id": "t", "type": "taskspec_card"})
    told.current["b"].extend([cards.Markdown("1"), cards.Markdown("2")])
    told.current["b"] = [cards.Markdown("3")]
    assert told.counts() == [0, 1, 0, 0]
    assert len(told.current.get("blank")) == 1 and len(told.current.get()) == 3 and told.current.get("zz") == []
    assert any("`bad-id`" in text for text in told.warnings)
    told.current["zz"].append(cards.Markdown("x"))
    told.current["t"].append(cards.Markdown("x"))
    assert "there is no card `zz`" in told.warnings[-2] and "there is no card `t`" in told.warnings[-1]


def test_components_are_found_by_id_and_by_position() -> None:
    told = Told({"id": "a"})
    card = told.current["a"]
    card.append(cards.Markdown("x"), id="m")
    card.append(cards.Markdown("y"), id="m")
    assert len(card.components) == 1 and shown(card.components["m"])["source"] == "y"
    assert card.components[0] is card.components["m"] and "m" in card.components
    missing = card.components["zz"]
    assert isinstance(missing, StubComponent)
    missing.update("nothing happens")
    card.append("text")
    assert len(told.warnings) == 3 and len(card.components) == 1


def test_a_component_that_fails_shows_why() -> None:
    class Broken(cards.MetaflowCardComponent):
        def render(self) -> Any:
            raise ValueError("no")

    told = Told({"type": "blank"})
    told.current.append(Broken())
    document = told.cards[0].make()
    assert document is not None and "ValueError: no" in json.dumps(document.parts)


def test_a_card_that_is_too_large_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinloom.cards.document.LARGEST", 2 << 20)
    told = Told({"type": "blank"}, {"type": "blank", "save_errors": False})
    for card in told.cards:
        card.components["m"] = cards.Markdown("x" * (3 << 20))
    document = told.cards[0].make()
    assert document is not None and document.failed
    assert "the card is 3 MiB large, and cards may have 2 MiB" in json.dumps(document.parts)
    assert told.cards[1].make() is None
    assert LARGEST == 64 << 20 and issubclass(TooLarge, Exception)


def test_what_json_has_no_number_for_is_text() -> None:
    document = Document("blank", None, "F/1/s/1", 0)
    document.parts = [{"type": "x", "value": float("inf"), "text": "half \ud800"}]
    whole = json.loads(document.encode(0))
    assert whole["components"] == [{"type": "x", "value": "inf", "text": "half ?"}]
