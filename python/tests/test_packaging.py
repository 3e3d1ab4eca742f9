"""What a flow's code package holds beside its folder (OP-01, FD-12): as Python describes it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from spinloom import FlowSpec, package_sources, package_suffixes, step
from spinloom.decorators.base import StepDecorator, make_decorator
from spinloom.decorators.flow_base import FlowDecorator, make_flow_decorator
from spinloom.exceptions import InvalidDecorator, InvalidDecoratorAttribute, MetaflowException
from spinloom.host import FlowHost


class Base(FlowSpec):
    @step
    def start(self) -> None: ...


def described(flow: type) -> list[tuple[str, dict]]:
    return [(one["name"], one["attributes"]) for one in FlowHost(flow).document()["decorators"]]


def test_suffixes_are_a_list_or_a_text() -> None:
    """FD-12."""

    @package_suffixes([".yaml", "json"])
    @package_suffixes("sql, .txt,")
    @package_suffixes(".x", ".y")
    class Many(Base): ...

    assert [attributes["suffixes"] for _, attributes in described(Many)] == [
        [".yaml", "json"],
        ["sql", ".txt"],
        [".x", ".y"],
    ]


def test_sources_are_paths_or_pairs() -> None:
    """FD-12."""

    @package_sources("../one")
    @package_sources(Path("../two"), arcname="deep/two")
    @package_sources([("../three", "third"), "../four"], suffixes=".json")
    @package_sources(("../five", "fifth"))
    class Many(Base): ...

    assert [(a["sources"], a["suffixes"]) for _, a in described(Many)] == [
        ([["../one", None]], None),
        ([["../two", "deep/two"]], None),
        ([["../three", "third"], ["../four", None]], [".json"]),
        ([["../five", "fifth"]], None),
    ]


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: package_sources(), "`@package_sources` needs paths for `sources`, not `None`"),
        (lambda: package_sources([]), r"`@package_sources` needs paths for `sources`, not `\[\]`"),
        (lambda: package_sources([3]), "`@package_sources` needs paths, not `3`"),
        (lambda: package_sources(["a", "b"], arcname="c"), "has one `arcname` for several sources"),
        (lambda: package_sources("a", suffixes=3), "needs endings of files for `suffixes`, not `3`"),
        (lambda: package_suffixes(7), "needs endings of files for `suffixes`, not `7`"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_is_written(make, what) -> None:
    with pytest.raises(InvalidDecoratorAttribute, match=what) as raised:
        make()
    assert raised.value.file == __file__


def test_they_are_for_flows() -> None:
    with pytest.raises(InvalidDecorator, match="is not a flow"):

        @package_suffixes(".x")
        def no_flow() -> None: ...


class Ruled(FlowDecorator):
    name = "ruled"
    multiple = True

    def add_to_package(self):
        yield Path(__file__), "rules.py"


class Modelled(StepDecorator):
    name = "modelled"
    defaults = {"bad": False}

    def add_to_package(self):
        yield ("models", "models", "USER_CONTENT") if not self.attributes["bad"] else "no pair at all"


def test_decorators_add_files() -> None:
    modelled = make_decorator(Modelled)

    @make_flow_decorator(Ruled)
    class Flow(Base):
        @modelled
        @step
        def end(self) -> None: ...

    assert json.loads(FlowHost(Flow).package_files()) == [
        {"path": __file__, "name": "rules.py", "suffixes": ["*"]},
        {"path": str(Path("models").absolute()), "name": "models", "suffixes": ["*"]},
    ]

    class Bad(Base):
        @modelled(bad=True)
        @step
        def end(self) -> None: ...

    with pytest.raises(MetaflowException, match="`add_to_package` of `@modelled` gives pairs"):
        FlowHost(Bad).package_files()


def test_modules_that_ask_for_it_are_in(tmp_path, monkeypatch) -> None:
    """OP-01: `METAFLOW_PACKAGE_POLICY`."""
    package, single, other = ModuleType("shipped.inner"), ModuleType("lonely"), ModuleType("left_out")
    package.__path__ = [str(tmp_path / "inner")]
    single.__file__ = str(tmp_path / "lonely.py")
    other.__file__ = str(tmp_path / "left_out.py")
    for module, policy in ((package, "include"), (single, "include"), (other, "exclude")):
        module.METAFLOW_PACKAGE_POLICY = policy
        monkeypatch.setitem(sys.modules, module.__name__, module)
    assert json.loads(FlowHost(Base).package_files()) == [
        {"path": str(tmp_path / "inner"), "name": "shipped/inner", "suffixes": ["*"]},
        {"path": str(tmp_path / "lonely.py"), "name": "lonely.py"},
    ]


def test_a_flow_without_any_of_it_adds_nothing() -> None:
    assert json.loads(FlowHost(Base).package_files()) == []
