"""Cards of a run: which there are, what they show, what fails and what does not (CA-01, CA-02, CA-05, CA-07, CA-09, CA-10)."""

from __future__ import annotations

import json

import pytest
from support.card_runs import FLOW, Place


def by_id(done: Place, task: str) -> dict[str, dict]:
    return {card["id"] or "": card for card in done.cards(task)}


@pytest.fixture(scope="module")
def start(done: Place) -> dict[str, dict]:
    """The cards of `start`, by id."""
    return by_id(done, "CardsFlow/1/start/1")


def test_a_step_has_several_cards_in_the_order_of_its_decorators(start: dict[str, dict]) -> None:
    told = [(card["type"], card["id"]) for card in start.values()]
    assert told == [
        ("default", None),
        ("blank", "notes"),
        ("own", "own"),
        ("broken", "broken"),
        ("slow", "slow"),
        ("nowhere", "unknown"),
    ]
    assert len({card["hash"] for card in start.values()}) == len(told)


def test_components_are_the_data_of_a_card(start: dict[str, dict]) -> None:
    data = start["notes"]["data"]
    assert data["reload_token"] == "final" and data["created_on"] > 1e9
    assert list(data["data"]) == ["bar", "table"]
    assert data["data"]["bar"] == {"type": "progressBar", "id": "bar", "max": 10, "value": 5, "label": "rows"}
    assert data["data"]["table"]["data"][0][1]["source"] == "**b**"
    assert list(start[""]["data"]["data"]) == ["hello"]


def document(html: str) -> dict:
    """The document in a page."""
    text = html.split('<script type="application/json" id="card-document">')[1].split("</script>")[0]
    return json.loads(text)


def test_the_default_card_shows_the_task(start: dict[str, dict]) -> None:
    title, page = document(start[""]["html"])["components"]
    assert title == {"type": "title", "text": "CardsFlow/1/start/1"}
    sections = {section.get("title", ""): section["contents"][0] for section in page["contents"]}
    assert sections[""]["source"] == "on the *default* card"
    assert "Duration" in sections["Task"]["columns"]
    assert sections["Parameters"]["data"][0]["preview"]["value"] == 3
    made = {one["name"]: one["preview"]["length"] for one in sections["Artifacts"]["data"]}
    assert made == {"items": 2, "x": 2}
    assert sections["Flow"]["current"] == "start" and sections["Flow"]["data"]["steps"]["start"]["type"] == "foreach"
    assert sections["Flow"]["data"]["steps"]["start"]["doc"] == "Makes x."
    assert "def start(self)" in sections["Code"]["data"]


def test_a_page_needs_nothing_else(start: dict[str, dict]) -> None:
    page = start[""]["html"]
    assert page.startswith("<!doctype html>") and "default-src 'none'" in page
    for reference in ("<link", '<script src="', "@import", "url(http"):
        assert reference not in page, reference


def test_a_template_is_given_the_task(start: dict[str, dict]) -> None:
    assert start["own"]["html"] == "<p>CardsFlow/1/start/1 made x=[1, 2] with 7 and 1 parts</p>"


def test_a_card_that_fails_says_why_and_the_step_succeeds(start: dict[str, dict]) -> None:
    assert "ValueError: nothing works" in json.dumps(document(start["broken"]["html"])["components"])
    assert "longer than its `timeout` of 0.05 s" in json.dumps(document(start["slow"]["html"])["components"])
    assert "there is no card type `nowhere`" in json.dumps(document(start["unknown"]["html"])["components"])
    assert start["broken"]["data"] is None


CRASHING = """
import collections
import ctypes
import itertools
import os

from spinloom import FlowSpec, card, current, step
from spinloom.cards import MetaflowCard


class Crashing(MetaflowCard):
    type = "crashing"

    def render(self, task):
        how = self.options["how"]
        if how == "segfault":
            ctypes.string_at(0)
        elif how == "exit":
            os._exit(3)
        elif how == "forever":
            collections.deque(itertools.repeat(None), 0)
        print("rendered", task.data.x)
        return f"<p>{how} {task.data.x}</p>"


class CrashingFlow(FlowSpec):
    @card(type=Crashing, id="segfault", options={"how": "segfault"})
    @card(type=Crashing, id="exit", options={"how": "exit"})
    @card(type=Crashing, id="forever", options={"how": "forever"}, timeout=0.05)
    @card(type=Crashing, id="unkept", options={"how": "exit"}, save_errors=False)
    @card(type=Crashing, id="fine", options={"how": "fine"})
    @step
    def start(self):
        self.x = 5
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    CrashingFlow()
"""


def test_a_template_that_ends_its_process_does_not_end_the_step(place: Place) -> None:
    outcome = place.flow(CRASHING, file="crashing.py")
    assert outcome.exit_code == 0 and "rendered 5" in outcome.text, outcome.text
    told = {card["id"]: card["html"] for card in place.cards("CrashingFlow/1/start/1")}
    assert list(told) == ["segfault", "exit", "forever", "fine"]
    why = {id: json.dumps(document(html)["components"]) for id, html in told.items() if id != "fine"}
    assert "its process was ended by SIGSEGV" in why["segfault"]
    assert "its process ended with exit code 3" in why["exit"]
    assert "longer than its `timeout` of 0.05 s" in why["forever"]
    assert told["fine"] == "<p>fine 5</p>"


EXTENDED = """
from spinloom import FlowSpec, card, step


class ExtendedFlow(FlowSpec):
    @card(type="letter", options={"to": "the board"})
    @card(type="packed")
    @card(type="default_json")
    @card(type="taskspec_card")
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ExtendedFlow()
"""
LETTERS = """
from metaflow.cards import MetaflowCard


class Letter(MetaflowCard):
    type = "letter"

    def render(self, task):
        return f"to {self.options['to']}, from {task.id}"


class Packed(Letter):
    type = "packed"

    def render(self, task):
        return "packed"


CARDS = [Letter]
"""


def test_packages_bring_types_of_cards(place: Place) -> None:
    letters = place.folder / "metaflow_extensions/acme/plugins/cards/letters"
    letters.mkdir(parents=True)
    (letters / "__init__.py").write_text(LETTERS)
    (place.folder / "acme_cards.py").write_text(LETTERS)
    about = place.folder / "acme_cards-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-cards\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[spinloom.card_types]\npacked = acme_cards:Packed\n")
    outcome = place.flow(EXTENDED, file="extended.py")
    assert outcome.exit_code == 0, outcome.text
    letter, packed, default, spec = place.cards("ExtendedFlow/1/start/1")
    assert (letter["html"], packed["html"], spec["html"]) == (
        "to the board, from 1",
        "packed",
        "ExtendedFlow/1/start/1",
    )
    assert default["data"] is None
    assert document(default["html"])["components"][0] == {"type": "title", "text": "ExtendedFlow/1/start/1"}


def test_a_card_says_where_it_is(done: Place) -> None:
    told = done.python(
        "from metaflow.cards import get_cards\n"
        "import os\n"
        "print(json.dumps([os.path.exists(card.path) for card in get_cards('CardsFlow/1/start/1')]))"
    )
    assert told == [True] * 6


QUIET = """
from spinloom import FlowSpec, JSONType, Parameter, card, current, step


class QuietFlow(FlowSpec):
    alpha = Parameter("alpha-rate", default=3)
    options = Parameter("options", type=JSONType, default='{"a": [1, "x"]}')

    @step
    def start(self):
        self.items = ["a", "b"]
        self.kept = 0.5
        self.next(self.quiet, foreach="items")

    @card
    @card(type="blank", id="other", options={"title": "T"})
    @step
    def quiet(self):
        \"\"\"Says \u201cnothing\u201d.\"\"\"
        self.x = {"n": [1, 2]}
        self._hidden = 1
        self.next(self.spoken)

    @card
    @card(type="blank", id="other", options={"title": "T"})
    @step
    def spoken(self):
        \"\"\"Says something.\"\"\"
        assert len(current.card.components) == 0
        self.x = {"n": [1, 2]}
        self._hidden = 2
        self.next(self.join)

    @step
    def join(self, inputs):
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    QuietFlow()
"""


def test_a_card_that_is_filled_in_is_as_one_that_is_made(place: Place) -> None:
    outcome = place.flow(QUIET, "--tag", "t", "--max-workers", "1", file="quiet.py")
    assert outcome.exit_code == 0, outcome.text
    quiet, spoken = (place.cards(f"QuietFlow/1/{task}") for task in ("quiet/2", "spoken/3"))
    assert [card["data"] for card in quiet] and len({card["hash"] for card in [*quiet, *spoken]}) == 4
    for filled, made in zip(quiet, spoken, strict=True):
        assert set(filled["data"]) == set(made["data"]) and filled["data"]["data"] == made["data"]["data"] == {}
        assert settled(filled["html"]) == settled(made["html"])


def settled(html: str) -> dict:
    """The document of a card, without what is of its task alone."""
    whole = document(html)
    assert len(whole["card"].pop("hash")) == 32 and whole.pop("at") > 1e15
    flow, run, step, task = whole["card"].pop("pathspec").split("/")
    for part in whole["components"]:
        if part["type"] == "title":
            assert part.pop("text") == f"{flow}/{run}/{step}/{task}"
        for section in part.get("contents", ()):
            for one in section["contents"]:
                settle(one, step)
    return whole


def settle(part: dict, step: str) -> None:
    """Takes out times, and what belongs to one step."""
    if part["type"] == "table":
        (values,) = part["data"]
        assert values[0].pop("at") > 1e15 and values[1].pop("us") >= 0
        names = ["Started", "Duration", "Attempt", "User", "Tags", "items of start"]
        assert part["columns"] == names and values[2:] == [0, "tester", "t", "1 of 2"]
    if part["type"] == "artifacts" and part["id"] == "artifacts":
        # The second step has what the first made; both are given the rest.
        assert [one["name"] for one in part["data"]] == ["x"]
        assert part["carried"] == ["items", "kept"]
    if part["type"] == "artifacts" and part["id"] == "parameters":
        assert [one["name"] for one in part["data"]] == ["alpha-rate", "options"]
        for one in part["data"]:
            for more in ("data", "large_object", "supported_type", "only_repr"):
                one.pop(more, None)
    if part["type"] == "dag":
        assert part.pop("current") == step
    if part["type"] == "pythonCode":
        assert f"def {step}(self)" in part.pop("data")


def test_attempts_have_their_own_cards(done: Place) -> None:
    told = done.python(
        "from metaflow.cards import get_cards\n"
        "texts = [get_cards(Task('CardsFlow/1/join/4', attempt=n))[0].get_data()['data']['m']['source'] for n in (0, 1)]\n"
        "print(json.dumps(texts))"
    )
    assert told == ["attempt 0", "attempt 1"]


def test_cards_do_not_go_on_to_the_next_step(done: Place) -> None:
    assert done.cards("CardsFlow/1/end/5") == []
    names = done.python("print(json.dumps([one.id for one in Task('CardsFlow/1/each/2')]))")
    assert set(names) == {"alpha", "items", "name", "x"}


def test_cards_are_chosen_by_id_and_type(done: Place) -> None:
    assert [card["id"] for card in done.cards("CardsFlow/1/start/1", ", id='notes'")] == ["notes"]
    assert [card["id"] for card in done.cards("CardsFlow/1/start/1", ", type='broken'")] == ["broken"]
    told = done.python(
        "from metaflow.cards import get_cards\n"
        "from metaflow.plugins.cards.exception import IncorrectPathspecException\n"
        "cards = get_cards(Task('CardsFlow/1/start/1'))\n"
        "try:\n    get_cards('CardsFlow/1')\n"
        "except IncorrectPathspecException as error:\n    problem = str(error)\n"
        "print(json.dumps([len(cards), len(cards._repr_html_()) > 1000, 'sandbox=' in cards[0]._repr_html_(), problem]))"
    )
    assert told[:3] == [6, True, True] and "is not the pathspec of one" in told[3]


def test_all_steps_get_a_card_by_an_option(place: Place, done: Place) -> None:
    outcome = done.spinloom("run", "flow.py", "--with", "card:type=blank,id=extra", "--quiet")
    assert outcome.exit_code == 0, outcome.text
    assert [card["id"] for card in done.cards("CardsFlow/2/end/5")] == ["extra"]


def test_a_resumed_run_has_the_cards_it_was_given(done: Place) -> None:
    failed = done.product.run(["flow.py", "run"], done.folder, FAIL="1")
    assert failed.exit_code == 1
    resumed = done.product.run(["flow.py", "resume"], done.folder)
    assert resumed.exit_code == 0, resumed.text
    run = done.python("print(json.dumps(Flow('CardsFlow').latest_run.id))")
    before, after = by_id(done, f"CardsFlow/{int(run) - 1}/start/1"), by_id(done, f"CardsFlow/{run}/start/1")
    assert after["notes"] == before["notes"]
    assert done.cards(f"CardsFlow/{run}/start/1", ", follow_resumed=False") == []


def test_a_spun_task_has_its_cards(done: Place) -> None:
    spun = done.product.run(["flow.py", "spin", "1/each/2", "--persist", "--json"], done.folder)
    assert spun.exit_code == 0, spun.text
    told = done.python(
        "from metaflow.cards import get_cards\n"
        "inspect_spin('.')\n"
        "task = next(iter(Flow('CardsFlow').latest_run['each']))\n"
        "print(json.dumps([card.type for card in get_cards(task)]))"
    )
    assert told == ["default"]


@pytest.mark.parametrize(
    ("decorator", "problem"),
    [
        ("type=3", "needs the name of a type of card"),
        ("type=int", "is not derived from `MetaflowCard`"),
        ("timeout='x'", "needs a number of at least 0 for `timeout`"),
        ("options=[]", "needs a dictionary for `options`"),
        ("colour=1", "does not support the attribute `colour`"),
    ],
)
def test_a_wrong_attribute_is_told_before_the_run(place: Place, decorator: str, problem: str) -> None:
    text = FLOW.replace('@card(type="blank", id="notes")', f"@card({decorator})")
    (place.folder / "wrong.py").write_text(text)
    outcome = place.product.run(["wrong.py", "check"], place.folder)
    assert outcome.exit_code != 0 and problem in outcome.text
