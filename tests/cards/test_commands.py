"""`spinloom card …`, and the same of a flow's file (CA-08)."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import urlopen

from support.card_runs import Place
from support.serving import Serving


def test_cards_are_listed(done: Place) -> None:
    outcome = done.spinloom("card", "list", "start", "--as-json")
    assert outcome.exit_code == 0, outcome.text
    told = json.loads(outcome.stdout)
    assert told["pathspec"] == "CardsFlow/1/start/1"
    assert [card["id"] for card in told["cards"]] == [None, "notes", "own", "broken", "slow", "unknown"]
    own = told["cards"][2]
    assert own["filename"] == f"own-own-{own['hash']}.html" and own["type"] == "own"
    text = done.spinloom("card", "list", "CardsFlow/1").stdout
    assert "CardsFlow/1/start/1" in text and "CardsFlow/1/each/3" in text and "could not be made" in text
    assert "CardsFlow/1/end/5" not in text
    assert done.spinloom("card", "list", "end").stdout == "`end` has no cards\n"


def test_the_list_is_written_to_a_file(done: Place) -> None:
    outcome = done.product.run(
        ["flow.py", "card", "list", "1/start", "--id", "own", "--file", "list.json"], done.folder
    )
    assert outcome.exit_code == 0, outcome.text
    assert [card["id"] for card in json.loads((done.folder / "list.json").read_text())["cards"]] == ["own"]


def test_a_card_is_written(done: Place) -> None:
    page = "<p>CardsFlow/1/start/1 made x=[1, 2] with 7 and 1 parts</p>"
    for words in (["start"], ["1/start"], ["CardsFlow/1/start/1"]):
        assert done.spinloom("card", "get", *words, "--type", "own").stdout == page
    outcome = done.product.run(["flow.py", "card", "get", "start", "own.html", "--id", "own"], done.folder)
    assert outcome.stdout.endswith("wrote own.html\n"), outcome.text
    assert (done.folder / "own.html").read_text() == page


def test_a_card_must_be_clear(done: Place) -> None:
    several = done.spinloom("card", "get", "start")
    assert several.exit_code != 0 and "is not clear: it has 6" in several.stderr and "--hash" in several.stderr
    none = done.spinloom("card", "get", "start", "--id", "zz")
    assert none.exit_code != 0 and "`start` has no card of id `zz`" in none.stderr
    assert done.spinloom("card", "get", "nosuch").exit_code != 0


def test_a_card_is_put_where_a_browser_finds_it(done: Place) -> None:
    outcome = done.spinloom("card", "view", "start", "--id", "own", "--json")
    assert outcome.exit_code == 0, outcome.text
    told = json.loads(outcome.stdout)["data"]
    assert Path(told["path"]).read_text().startswith("<p>CardsFlow/1/start/1")


def test_a_card_is_made_of_what_is_recorded(done: Place) -> None:
    made = done.spinloom("card", "create", "1/start", "made.html")
    assert made.exit_code == 0, made.text
    page = (done.folder / "made.html").read_text()
    assert '"pathspec":"CardsFlow/1/start/1"' in page and '"title":"Artifacts"' in page
    text = done.spinloom("card", "create", "1/end/5", "--type", "taskspec_card")
    assert text.stdout == "CardsFlow/1/end/5"
    unknown = done.spinloom("card", "create", "1/end/5", "--type", "nowhere")
    assert unknown.exit_code != 0 and "there is no card type `nowhere`" in unknown.stderr
    assert "has 2 tasks, and a card is of one" in done.spinloom("card", "create", "1/each").stderr


def test_the_cards_of_a_run_are_served(done: Place) -> None:
    serving = Serving(done.product, done.folder, command=("card", "server", "--run-id", "1"))
    serving.start()
    try:
        assert f"{serving.url}/CardsFlow/1/view/cards" in serving.said
        with urlopen(f"{serving.url}/api/v1/flows/CardsFlow/runs/1/cards?step=each", timeout=30) as answer:
            assert [card["task"] for card in json.load(answer)["cards"]] == [2, 3]
    finally:
        serving.kill()
