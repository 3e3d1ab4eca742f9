"""`examples/helpers`: modules beside the flow, kept with its runs."""

from __future__ import annotations

FLOW = "examples/helpers/flow.py"


def test_the_words_of_the_poem_are_counted(place) -> None:
    place.spinloom("run", FLOW, "--most", "1")
    data = place.latest("PoemFlow").data
    poem = (place.examples / "helpers/poem.txt").read_text().lower()
    most = max({word.strip(",.:") for word in poem.split()}, key=lambda word: data.frequencies[word])
    assert most == "the"
    assert data.frequencies["the"] == poem.replace(",", " ").split().count("the")
    assert data.drawn == f"the {'#' * data.frequencies['the']} {data.frequencies['the']}"


def test_a_run_keeps_the_modules_it_was_made_with(place) -> None:
    """CL-09, OP-01."""
    place.spinloom("run", FLOW)
    run = place.latest("PoemFlow")
    (place.examples / "helpers/words.py").write_text("def frequencies(text):\n    return 'changed'\n")
    with run.code.tarball as package:
        assert sorted(package.getnames()) == ["drawing/__init__.py", "drawing/bars.py", "flow.py", "words.py"]
        assert b"Counter" in package.extractfile("words.py").read()


def test_the_code_of_a_run_runs_elsewhere(place) -> None:
    """OP-01: nothing but the package is needed to run it again."""
    suffixes = ("--package-suffixes", ".txt")
    place.spinloom(*suffixes, "run", FLOW)
    first = place.latest("PoemFlow")
    for path in (place.examples / "helpers").rglob("*.py"):
        path.unlink()
    with first.code.extract() as folder:
        place.spinloom("run", f"{folder}/flow.py")
    again = place.latest("PoemFlow")
    assert again.id != first.id
    assert again.data.drawn == first.data.drawn
