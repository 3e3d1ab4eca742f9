"""Keyword arguments become words of the flow's command line, and are checked before a process starts (PR-01)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from spinloom import Runner
from spinloom.runner import UnknownArgument, WrongType


@pytest.fixture
def runner(flow: str) -> Runner:
    return Runner(flow, show_output=False)


@pytest.mark.parametrize(
    ("name", "given", "found"),
    [
        ("layers", 4, 4),
        ("gloss", 1, 1.0),
        ("gloss", -0.25, -0.25),
        ("colours", "green,grey", ["green", "grey"]),
        ("colours", ["green", "grey"], ["green", "grey"]),
        ("recipe", {"water": [1, None]}, {"water": [1, None]}),
        ("recipe", '{"water": 1}', '{"water": 1}'),
        ("dry", False, False),
        ("gloss", None, 0.5),
    ],
)
def test_values_arrive_as_they_are(runner: Runner, name: str, given: Any, found: Any) -> None:
    value = getattr(runner.run(**{name: given}).run.data, name)
    assert value == found and type(value) is type(found)


def test_lists_are_options_typed_again_and_again(runner: Runner) -> None:
    run = runner.run(tags=["wet", "thick"], decospecs=["retry:times=1,minutes_between_retries=0"], spill=True).run
    assert run.user_tags == {"wet", "thick"}
    assert len(list(run["start"].task.metadata)) and run["start"].task.current_attempt == 1


def test_options_of_the_command(runner: Runner, here: Path) -> None:
    ran = runner.run(max_workers=1, run_id_file=here / "id", user_namespace="team:paint")
    assert (here / "id").read_text() == ran.run.id


def test_an_unknown_name_is_refused_with_what_was_meant(runner: Runner, here: Path) -> None:
    with pytest.raises(
        UnknownArgument, match="Unknown argument: 'layer' for `run`, possible args are: layers"
    ) as caught:
        runner.run(layer=3)
    assert isinstance(caught.value, ValueError)
    assert caught.value.hints[0] == "did you mean `layers`?"
    assert "parameters of the flow: `layers`, `gloss`" in caught.value.hints[1]
    assert not (here / ".spinloom").exists()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("layers", "3", "int"),
        ("layers", True, "int"),
        ("gloss", "shiny", "float"),
        ("dry", "yes", "bool"),
        ("colours", 3, "str"),
    ],
)
def test_a_value_of_another_type_is_refused(runner: Runner, here: Path, name: str, value: Any, expected: str) -> None:
    with pytest.raises(WrongType, match=f"Invalid type for '{name}' .*expected: `{expected}`") as caught:
        runner.run(**{name: value})
    assert isinstance(caught.value, TypeError)
    assert not (here / ".spinloom").exists()


def test_what_is_no_json_is_refused(runner: Runner) -> None:
    with pytest.raises(WrongType, match="'recipe' cannot be written as JSON"):
        runner.run(recipe={"water": object()})


def test_a_switch_is_true_or_false(runner: Runner) -> None:
    with pytest.raises(WrongType, match="`clone_only` is True or False, not `'yes'`"):
        runner.resume(clone_only="yes")


@pytest.mark.parametrize("top", [{"pylint": False}, {"quiet": True}, {"decospecs": ["retry"]}, {"metadata": "local"}])
def test_options_before_the_command(flow: str, top: dict[str, Any]) -> None:
    assert Runner(flow, show_output=False, **top).run().status == "successful"


def test_an_unknown_option_before_the_command(flow: str) -> None:
    with pytest.raises(UnknownArgument, match="'metdata' for `Runner`") as caught:
        Runner(flow, metdata="local")
    assert caught.value.hints == ["did you mean `metadata`?"]


def test_a_parameter_hides_an_option_of_its_name(here: Path) -> None:
    (here / "quiet.py").write_text(
        "from spinloom import FlowSpec, Parameter, step\n"
        "class QuietFlow(FlowSpec):\n"
        "    quiet = Parameter('quiet', default='no')\n"
        "    @step\n"
        "    def start(self): self.next(self.end)\n"
        "    @step\n"
        "    def end(self): pass\n"
        "if __name__ == '__main__': QuietFlow()\n"
    )
    assert Runner("quiet.py", show_output=False).run(quiet="please").run.data.quiet == "please"


def test_a_parameter_that_came_since_is_known(runner: Runner, here: Path) -> None:
    source = (here / "flow.py").read_text()
    (here / "flow.py").write_text(
        source.replace("    layers =", "    thinner = Parameter('thinner', default=0)\n    layers =")
    )
    assert runner.run(thinner=2).run.data.thinner == 2
    assert "thinner" not in source


def test_a_parameter_from_a_changed_module_is_known(here: Path) -> None:
    """The file is the same, what it imports is not: it is asked again before anything is refused."""
    flow = (
        "from spinloom import FlowSpec, step\nfrom base import Base\n"
        "class ThinFlow(Base, FlowSpec):\n"
        "    @step\n"
        "    def start(self): self.next(self.end)\n"
        "    @step\n"
        "    def end(self): pass\n"
        "if __name__ == '__main__': ThinFlow()\n"
    )
    (here / "thin.py").write_text(flow)
    (here / "base.py").write_text("class Base: pass\n")
    runner = Runner("thin.py", show_output=False, env={"PYTHONDONTWRITEBYTECODE": "1"})
    (here / "base.py").write_text(
        "from spinloom import Parameter\nclass Base:\n    oil = Parameter('oil', default=1)\n"
    )
    assert runner.run(oil=3).run.data.oil == 3
