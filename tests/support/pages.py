"""Collects each Markdown page of `tests/flows`, and each one for readers, as a test file, and each of its headings as a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support import postgres, product, s3
from support.ahead import Ahead
from support.suite import Section, Verdict, is_for_readers, read_suite, rewrite, run_section

VERDICTS = pytest.StashKey[Ahead[str, Verdict]]()

#: Where pages are tests, other than those for readers.
FLOWS = product.REPOSITORY / "tests/flows"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """A page other than the README is a suite; everywhere else, a page is only text."""
    tested = file_path.parent == FLOWS or is_for_readers(file_path)
    if tested and file_path.suffix == ".md" and file_path.name != "README.md":
        return SuiteFile.from_parent(parent, path=file_path)
    return None


class SuiteFile(pytest.File):
    """A page."""

    def collect(self) -> Iterator[pytest.Item]:
        """One test for each heading."""
        for section in read_suite(self.path):
            yield SectionItem.from_parent(self, name=section.title, section=section)


class SectionItem(pytest.Item):
    """A heading."""

    def __init__(self, *, section: Section, **rest: object) -> None:
        super().__init__(**rest)
        self.section = section

    def runtest(self) -> None:
        """Compares, or with `UPDATE_SNAPSHOTS=1` notes what the console blocks are to become."""
        stash = self.session.stash
        if VERDICTS not in stash:
            stash[VERDICTS] = run_all(self.session)
        verdict = stash[VERDICTS][self.nodeid]
        if product.updating() and verdict.rewritten:
            rewrite_later(self.session, self.path, verdict)
            verdict.failures = [text for text in verdict.failures if "expected\n" not in text]
        assert not verdict.failures, "\n".join(verdict.failures)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """A failed comparison is shown as it is, without frames of the harness."""
        if excinfo.errisinstance(AssertionError):
            return f"{self.path.name}: {self.name}\n{excinfo.value}"
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the heading is."""
        return self.path, self.section.line - 1, f"{self.path.name}: {self.name}"


REWRITES = pytest.StashKey[dict[Path, dict]]()


def run_all(session: pytest.Session) -> Ahead[str, Verdict]:
    """Starts all selected sections, a few at a time."""
    base = session.config._tmp_path_factory.mktemp("flows")
    ours = product.spinloom()
    items = {item.nodeid: item for item in session.items if isinstance(item, SectionItem)}
    places = {nodeid: base / str(number) for number, nodeid in enumerate(items)}
    by_page = {
        path: replace(ours, extra_env=ours.extra_env | variables_of(path)) for path in {i.path for i in items.values()}
    }
    return Ahead(lambda nodeid: run_section(items[nodeid].section, by_page[items[nodeid].path], places[nodeid]), items)


def variables_of(page: Path) -> dict[str, str]:
    """What a page needs to be told: where the server is that it is about."""
    match page.name:
        case "s3.md":
            return s3.server().environment
        case "metadata.md":
            return {"DATABASE": postgres.server().database()}
        case _:
            return {}


def rewrite_later(session: pytest.Session, path: Path, verdict: Verdict) -> None:
    """Files are written when all tests are done, as line numbers must stay true until then."""
    session.stash.setdefault(REWRITES, {}).setdefault(path, {}).update(verdict.rewritten)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes what is to be rewritten and ends the pool."""
    for path, rewritten in session.stash.get(REWRITES, {}).items():
        rewrite(path, rewritten)
    if VERDICTS in session.stash:
        session.stash[VERDICTS].close()
