"""Flow decorators: records on the class, inherited, one of each (FD-01, FD-09)."""

from __future__ import annotations

from typing import Any

import pytest
from spinloom import FlowSpec, exit_hook, project, schedule, step
from spinloom.exceptions import InvalidDecorator, InvalidDecoratorAttribute
from spinloom.host import FlowHost


def decorators(flow: type) -> list[tuple[str, Any]]:
    return [(one["name"], one["attributes"]) for one in FlowHost(flow).document()["decorators"]]


def notify() -> None: ...


class Base(FlowSpec):
    @step
    def start(self) -> None: ...


def test_a_class_has_its_own_and_those_of_its_bases() -> None:
    @project(name="shared")
    class Shared(Base): ...

    @schedule
    class Child(Shared): ...

    names = [name for name, _ in decorators(Child)]
    assert names == ["schedule", "project"]
    assert decorators(Shared) == [("project", {"name": "shared", "branch": None, "production": False})]
    assert decorators(Base) == []


def test_a_document_says_where_it_was_written() -> None:
    @project(name="here")
    class Here(Base): ...

    document = FlowHost(Here).document()["decorators"][0]
    assert document["file"] == __file__
    assert document["line"] == Here.__spinloom_decorators__[0].line > 0  # type: ignore[attr-defined]


def test_twice_is_an_error() -> None:
    with pytest.raises(InvalidDecorator, match="flow `Twice` has `@project` twice"):

        @project(name="a")
        @project(name="b")
        class Twice(Base): ...


def test_a_decorator_of_a_base_counts() -> None:
    @project(name="a")
    class One(Base): ...

    with pytest.raises(InvalidDecorator, match="flow `Two` has `@project` twice") as caught:

        @project(name="b")
        class Two(One): ...

    assert caught.value.hints == ["a flow has the decorators of its bases too"]
    assert caught.value.file == __file__


def test_a_base_reached_twice_has_one() -> None:
    @project(name="a")
    class Top(Base): ...

    class Left(Top): ...

    class Right(Top): ...

    class Diamond(Left, Right): ...

    assert [name for name, _ in decorators(Diamond)] == ["project"]


def test_exit_hooks_may_be_several() -> None:
    @exit_hook(on_error=[notify])
    @exit_hook(on_success=["notify"], options={"image": "x"})
    class Hooks(Base): ...

    assert decorators(Hooks) == [
        ("exit_hook", {"on_success": [], "on_error": [f"{__name__}:notify"], "options": {}}),
        ("exit_hook", {"on_success": ["notify"], "on_error": [], "options": {"image": "x"}}),
    ]


def test_an_unknown_attribute_lists_the_valid_ones() -> None:
    """FD-01."""
    with pytest.raises(InvalidDecoratorAttribute) as caught:
        project(nam="x")
    wanted = "`@project` does not support the attribute `nam`; these are supported: name, branch, production"
    assert (caught.value.message, caught.value.hints) == (wanted, ["did you mean `name`?"])
    assert caught.value.file == __file__


@pytest.mark.parametrize("thing", [notify, 3, dict])
def test_only_a_flow_can_have_one(thing: Any) -> None:
    with pytest.raises(InvalidDecorator, match="which is not a flow"):
        project(name="x")(thing)


def test_a_name_alone_is_no_flow() -> None:
    with pytest.raises(InvalidDecorator, match="`@project` is put on `'demo'`, which is not a flow") as caught:
        project("demo")
    assert caught.value.hints == ["name the attribute, such as `@project(name=…)`"]


def test_a_decorator_is_neither_a_constant_nor_an_artifact() -> None:
    @project(name="x")
    class Plain(Base): ...

    document = FlowHost(Plain).document()
    assert document["constants"] == []
    assert FlowHost(Plain).flow.private == []
