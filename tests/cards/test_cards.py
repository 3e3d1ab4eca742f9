"""Cards of a run: which there are, what they show, what fails and what does not (CA-01, CA-02, CA-05, CA-09, CA-10)."""

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
