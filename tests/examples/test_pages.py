"""Every example has a page, a test, and a line in the list; what the pages tell to do works and prints what they show."""

from __future__ import annotations

import re

import pytest
from support import product
from support.product import REPOSITORY
from support.suite import Block, read_suite, rewrite, run_section

EXAMPLES = REPOSITORY / "examples"
NAMES = sorted(flow.parent.name for flow in EXAMPLES.glob("*/README.md"))


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_of_a_page(name: str, place) -> None:
    """OP-15. The sections of a page are done one after another in one folder, as a reader would."""
    page = EXAMPLES / name / "README.md"
    failures: list[str] = []
    rewritten: dict[Block, str] = {}
    for section in read_suite(page):
        verdict = run_section(section, place.product, place.folder)
        failures += verdict.failures
        rewritten |= verdict.rewritten
    if product.updating() and rewritten:
        rewrite(page, rewritten)
        failures = [text for text in failures if "expected\n" not in text]
    assert not failures, "\n".join(failures)


def test_every_folder_has_a_page_and_a_test() -> None:
    folders = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir() and not path.name.startswith("."))
    tested = {
        path.stem.removeprefix("test_").replace("_", "-") for path in (REPOSITORY / "tests/examples").glob("test_*.py")
    }
    assert folders == NAMES
    assert set(folders) <= tested


def test_the_list_names_every_example() -> None:
    listed = re.findall(r"^\| \d+\. \[([\w-]+)\]\(\1/README\.md\)", (EXAMPLES / "README.md").read_text(), re.M)
    assert sorted(listed) == NAMES
