"""Mutators: they change decorators and parameters before a flow runs (CD-05 … CD-09, CD-11, FL-01)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from spinloom.decorators import custom
from spinloom.exceptions import MetaflowException
from spinloom.host import FlowHost
from tasks import Bench

Write = Callable[..., ModuleType]


@pytest.fixture(autouse=True)
def no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts in a process that knows no decorator of a user's."""
    monkeypatch.setattr(custom, "KNOWN", {})


HEAD = """
from spinloom import (
    FlowMutator, FlowSpec, Parameter, StepMutator, UserStepDecorator, project, resources, retry, schedule, step,
    timeout, user_step_decorator,
)

told = []


@user_step_decorator
def noted(step_name, flow, inputs, attributes):
    yield


class wide(UserStepDecorator, StepMutator):
    def mutate(self, one):
        one.add_decorator("timeout", deco_kwargs={"seconds": 9})

    def pre_step(self, step_name, flow, inputs):
        flow.wide = True
"""

TAIL = """
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def of_step(flow_file: Write, body: str, above: str = "", phase: str = "mutate") -> tuple[FlowHost, ModuleType]:
    """A flow whose start has `above` and a mutator that does `body` with `one`."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    decorators = "".join(f"    {line}\n" for line in above.splitlines())
    source = f"{HEAD}\n\nclass change(StepMutator):\n    def {phase}(self, one):\n{lines}\n\n"
    module = flow_file(f"{source}class F(FlowSpec):\n    @change\n{decorators}{TAIL[1:]}")
    return FlowHost(module.F), module


def of_flow(flow_file: Write, body: str, above: str = "", phase: str = "pre_mutate") -> tuple[FlowHost, ModuleType]:
    """A flow with a mutator that does `body` with `flow`."""
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    source = f"{HEAD}\n\nclass change(FlowMutator):\n    def {phase}(self, flow):\n{lines}\n\n"
    source += f'@change\n{above}class F(FlowSpec):\n    alpha = Parameter("alpha", default=1)\n{TAIL}'
    module = flow_file(source)
    return FlowHost(module.F), module


def decorators(host: FlowHost, name: str = "start") -> dict[str, dict[str, Any]]:
    """What a step has, by short name, mutators left out."""
    host.document()
    return {one.shown: one.attributes for one in host.decorators[name] if not one.mutates}


@pytest.mark.parametrize(
    ("duplicates", "cpu"), [("", 2), (", duplicates=one.IGNORE", 2), (", duplicates=one.OVERRIDE", 4)]
)
def test_a_duplicate_is_ignored_or_overrides(flow_file: Write, duplicates: str, cpu: int) -> None:
    """CD-07."""
    host, _ = of_step(
        flow_file, f'one.add_decorator("resources", deco_kwargs={{"cpu": 4}}{duplicates})', "@resources(cpu=2)"
    )
    assert decorators(host)["resources"]["cpu"] == cpu


@pytest.mark.parametrize(
    "what",
    [
        '"retry", deco_kwargs={"times": 7}',
        'retry, deco_kwargs={"times": 7}',
        '"retry:times=7"',
    ],
)
def test_built_in_decorators_are_added_by_name_type_and_text(flow_file: Write, what: str) -> None:
    """CD-07."""
    host, module = of_step(flow_file, f"one.add_decorator({what})")
    assert decorators(host)["retry"]["times"] == 7
    document = host.step_document("start")["decorators"][-1]
    assert document["inserted_by"] == f"{module.__name__}.change"
    assert (document["file"], document["statically_defined"]) == (module.__file__, True)


@pytest.mark.parametrize("what", ["noted", '"noted"', "f'{__name__}.noted'"])
def test_custom_decorators_are_added_by_type_and_name(flow_file: Write, what: str) -> None:
    """CD-07."""
    host, _ = of_step(flow_file, f'one.add_decorator({what}, deco_kwargs={{"a": 1}})')
    assert decorators(host) == {"noted": {"a": 1}}


def test_specs_are_names_and_arguments(flow_file: Write) -> None:
    """CD-07."""
    host, module = of_step(
        flow_file,
        "told.extend(one.decorator_specs)\n"
        "told.append((one.has_decorator('retry'), one.has_decorator('timeout'), one.get_decorator_specs('retry')))",
        "@noted(a=1)\n@retry(times=1)",
    )
    host.document()
    full = f"{module.__name__}.noted"
    own = ("retry", "spinloom.decorators.retry.Retry", [], {"times": 1, "minutes_between_retries": 2})
    assert module.told == [
        ("change", f"{module.__name__}.change", [], {}),
        ("noted", full, [], {"a": 1}),
        own,
        (True, False, [own]),
    ]


def test_decorators_are_removed_by_name_and_by_arguments(flow_file: Write) -> None:
    """CD-07."""
    host, module = of_step(
        flow_file,
        "told.append(one.remove_decorator('noted', deco_kwargs={'a': 2}))\n"
        "told.append(one.remove_decorator('noted', deco_kwargs={'a': 1}))\n"
        "told.append(one.remove_decorator('retry'))\n"
        "told.append(one.remove_decorator('retry'))",
        "@noted(a=1)\n@retry(times=1)\n@resources",
    )
    assert list(decorators(host)) == ["resources"]
    assert module.told == [False, True, True, False]


def test_a_mutator_may_be_a_decorator_too(flow_file: Write) -> None:
    """CD-05."""
    module = flow_file(f"{HEAD}\n\nclass F(FlowSpec):\n    @wide\n{TAIL[1:]}")
    flow = Bench(module.F)
    assert list(decorators(flow.host)) == ["timeout"]
    assert flow.value(flow.run("start"), "wide") is True


def test_parameters_come_and_go(flow_file: Write) -> None:
    """CD-06, CD-08."""
    host, module = of_flow(
        flow_file,
        "told.append([name for name, _ in flow.steps])\n"
        "told.append([(name, one.default) for name, one in flow.parameters])\n"
        "told.append(list(flow.configs))\n"
        'flow.add_parameter("beta", Parameter("beta", default=2))\n'
        'told.append(flow.remove_parameter("alpha"))\n'
        'told.append(flow.remove_parameter("gamma"))\n',
    )
    assert [one["name"] for one in host.document()["parameters"]] == ["beta"]
    assert module.told == [["start", "end"], [("alpha", 1)], [], True, False]
    assert not hasattr(module.F, "alpha")
    again = FlowHost(module.F)
    assert [one["name"] for one in again.document()["parameters"]] == ["beta"], "each host calls them anew"


def test_an_inherited_parameter_can_be_removed(flow_file: Write) -> None:
    """CD-08, FL-01: the base keeps it."""
    module = flow_file(
        f"{HEAD}\n\nclass without(FlowMutator):\n    def pre_mutate(self, flow):\n"
        "        flow.remove_parameter('alpha')\n\n"
        "class Base(FlowSpec):\n    alpha = Parameter('alpha', default=1)\n\n"
        f"@without\nclass F(Base):\n{TAIL}\n\nclass G(Base):\n{TAIL}"
    )
    flow = Bench(module.F)
    assert flow.host.document()["parameters"] == []
    assert not hasattr(module.F(use_cli=False), "alpha")
    assert [one["name"] for one in FlowHost(module.G).document()["parameters"]] == ["alpha"]


def test_flow_decorators_come_and_go(flow_file: Write) -> None:
    """CD-06, CD-08."""
    host, module = of_flow(
        flow_file,
        'flow.add_decorator("project", deco_kwargs={"name": "x"})\n'
        "told.append(flow.remove_decorator('schedule'))\n"
        "told.append((flow.has_decorator('project'), flow.has_decorator('schedule')))",
        "@schedule(daily=True)\n",
    )
    document = host.document()["decorators"]
    assert [one["name"] for one in document] == ["project", f"{module.__name__}.change"]
    assert document[0]["inserted_by"] == f"{module.__name__}.change"
    assert module.told == [True, (True, False)]


def test_members_are_found_by_their_names(flow_file: Write) -> None:
    """CD-08."""
    host, module = of_flow(flow_file, 'flow.start.add_decorator("retry")\ntold.append(flow.alpha.default)\nflow.gamma')
    with pytest.raises(MetaflowException, match="flow `F` has no step, parameter or config `gamma`"):
        host.document()
    assert module.told == [1]
    assert [one.name for one in host.decorators["start"]] == ["retry"]


ORDER = """
from spinloom import FlowMutator, FlowSpec, StepMutator, step

told = []


class flows(FlowMutator):
    def init(self, name):
        self.name = name

    def pre_mutate(self, flow):
        told.append(("pre", self.name))

    def mutate(self, flow):
        told.append(("mutate", self.name))


class steps(StepMutator):
    def init(self, name):
        self.name = name

    def mutate(self, one):
        told.append(("mutate", self.name))


@flows("base outer")
@flows("base inner")
class Base(FlowSpec):
    pass


@flows("left")
class Left(Base):
    pass


@flows("right")
class Right(Base):
    pass


@flows("own outer")
@flows("own inner")
class F(Left, Right):
    @steps("outer")
    @steps("inner")
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def test_mutators_of_bases_come_first_and_outer_ones_last(flow_file: Write) -> None:
    """CD-06, FL-01: along the order of the bases, across a diamond, as in Metaflow."""
    module = flow_file(ORDER)
    FlowHost(module.F).document()
    names = ["left", "right", "base inner", "base outer", "own inner", "own outer"]
    assert module.told == [
        *(("pre", name) for name in names),
        *(("mutate", name) for name in names),
        ("mutate", "inner"),
        ("mutate", "outer"),
    ]


def test_mutators_see_what_with_adds(flow_file: Write) -> None:
    """CD-09: and the decorator of the file wins."""
    host, _ = of_flow(
        flow_file,
        "for name, one in flow.steps:\n"
        "    for _, _, _, given in one.get_decorator_specs('resources'):\n"
        "        given['memory'] = min(given['memory'], 1000)\n"
        "        one.add_decorator('resources', deco_kwargs=given, duplicates=one.OVERRIDE)",
        phase="mutate",
    )
    host.document()
    host.attach(json.dumps([{"name": "resources", "attributes": {"memory": 64000}}]))
    assert decorators(host)["resources"]["memory"] == 1000
    again = FlowHost(host.cls)
    again.take_over(host.handed_on())
    assert decorators(again)["resources"]["memory"] == 1000


@pytest.mark.parametrize("name", ["noted", "{module}.noted"])
def test_with_finds_custom_decorators(flow_file: Write, name: str) -> None:
    """CD-09."""
    module = flow_file(f"{HEAD}\n\nclass F(FlowSpec):\n    @noted(a='file')\n{TAIL[1:]}")
    host = FlowHost(module.F)
    spec = {"name": name.format(module=module.__name__), "attributes": {"a": "with", "b": {"$float": "inf"}}}
    host.attach(json.dumps([spec]))
    assert decorators(host)["noted"] == {"a": "file"}
    assert decorators(host, "end")["noted"] == {"a": "with", "b": float("inf")}
    assert host.step_document("end")["decorators"][0]["statically_defined"] is False


def test_with_adds_step_mutators(flow_file: Write) -> None:
    """CD-09."""
    module = flow_file(f"{HEAD}\n\nclass F(FlowSpec):\n{TAIL}")
    host = FlowHost(module.F)
    host.attach(json.dumps([{"name": "wide", "attributes": {}}]))
    assert list(decorators(host)) == ["timeout"]


def test_with_refuses_what_it_cannot_add(flow_file: Write) -> None:
    """CD-09."""
    _, module = of_flow(flow_file, "pass")
    for name, message in (
        ("change", "`change` is not a step decorator of Spinloom, so it cannot be added with `--with`"),
        (f"{module.__name__}.missing", f"decorator `{module.__name__}.missing` cannot be imported"),
    ):
        with pytest.raises(MetaflowException, match=message):
            FlowHost(module.F).attach(json.dumps([{"name": name, "attributes": {}}]))


def test_a_name_that_two_have_is_ambiguous(flow_file: Write) -> None:
    """CD-09."""
    first = flow_file(HEAD, "one")
    second = flow_file(f"{HEAD}\n\nclass F(FlowSpec):\n{TAIL}", "two")
    with pytest.raises(MetaflowException) as caught:
        FlowHost(second.F).attach(json.dumps([{"name": "noted", "attributes": {}}]))
    assert caught.value.message == f"`noted` can be any of {first.__name__}.noted, {second.__name__}.noted"


BAD_ON_STEPS = {
    'one.add_decorator("retri")': "`@change` of step `start` adds a decorator that it cannot: there is no step decorator",
    'one.add_decorator("retry", deco_kwargs={"tmes": 1})': "`@retry` does not support the attribute `tmes`",
    'one.add_decorator("retry", [3])': "`@change` of step `start` gives `@retry` a value by position",
    'one.add_decorator("retry:times=1", deco_kwargs={"times": 2})': "gives attributes of `@retry` twice",
    "one.add_decorator(5)": "`@change` of step `start` adds `5`, which is not a decorator",
    'one.add_decorator("project", deco_kwargs={"name": "x"})': "`project` is a flow decorator",
    "one.add_decorator(change)": "adds the mutator `@change` when mutators are at work already",
    "one.remove_decorator('change')": "removes the mutator `@change` when mutators are at work already",
    'one.add_decorator("resources", duplicates=one.ERROR)': "adds `@resources`, which is there already",
    'one.add_decorator("retry", duplicates=77)': "gives `duplicates=77`",
    "one.flow.add_parameter('x', Parameter('x'))": "adds the parameter `x` too late",
    "raise ValueError('not today')": "`@change` of step `start` failed before the run: ValueError: not today",
}


@pytest.mark.parametrize("body", BAD_ON_STEPS)
def test_mistakes_of_step_mutators(flow_file: Write, body: str) -> None:
    """CD-05, CD-07: one error before any task, at the mutator's own line."""
    host, module = of_step(flow_file, body, "@resources")
    with pytest.raises(MetaflowException) as caught:
        host.document()
    assert BAD_ON_STEPS[body] in caught.value.message
    assert caught.value.file == module.__file__
    assert Path(module.__file__ or "").read_text().splitlines()[(caught.value.line or 0) - 1].strip() == body


BAD_ON_FLOWS = {
    'flow.add_parameter("alpha", Parameter("alpha"))': "adds the parameter `alpha`, which the flow has already",
    'flow.add_parameter("start", Parameter("start"))': "but the flow has something else of that name",
    'flow.add_parameter("beta", 5)': "adds `5` as the parameter `beta`, which is not a `Parameter`",
    'flow.add_decorator("retry")': "there is no flow decorator `retry`",
    "flow.add_decorator(retry)": "adds `@retry`, which is a decorator of steps and not of flows",
    "flow.remove_decorator('change')": "removes the mutator `@change`, which is at work already",
}


@pytest.mark.parametrize("body", BAD_ON_FLOWS)
def test_mistakes_of_flow_mutators(flow_file: Write, body: str) -> None:
    """CD-06, CD-08."""
    host, module = of_flow(flow_file, body)
    with pytest.raises(MetaflowException) as caught:
        host.document()
    assert BAD_ON_FLOWS[body] in caught.value.message
    assert Path(module.__file__ or "").read_text().splitlines()[(caught.value.line or 0) - 1].strip() == body


@pytest.mark.parametrize(
    "body",
    [
        'flow.add_parameter("beta", Parameter("beta"))',
        'flow.remove_parameter("alpha")',
        'flow.add_decorator("project", deco_kwargs={"name": "x"})',
        "flow.remove_decorator('schedule')",
    ],
)
def test_what_only_pre_mutate_may_do(flow_file: Write, body: str) -> None:
    """CD-06."""
    host, _ = of_flow(flow_file, body, "@schedule(daily=True)\n", phase="mutate")
    with pytest.raises(MetaflowException, match="too late: the command line is read already") as caught:
        host.document()
    assert caught.value.hints == ["do it in `pre_mutate`"]


def test_files_for_the_package(flow_file: Write) -> None:
    """CD-11."""
    module = flow_file(f"""{HEAD}

class ships(StepMutator):
    def add_to_package(self):
        yield "model.bin", "models/model.bin"


class F(FlowSpec):
    @ships
{TAIL[1:]}""")
    path = os.path.abspath("model.bin")
    added = {"path": path, "name": "models/model.bin", "suffixes": ["*"]}
    assert json.loads(FlowHost(module.F).package_files()) == [added]


def test_steps_are_merged_along_the_bases(flow_file: Write) -> None:
    """FL-01: an overridden step has the decorators it is written with, and none of the one below."""
    module = flow_file("""
        from spinloom import FlowSpec, Parameter, project, retry, schedule, step, timeout

        class Base(FlowSpec):
            a = Parameter("a", default="base")

            @retry(times=1)
            @step
            def start(self):
                self.next(self.end)

        @project(name="left")
        class Left(Base):
            a = Parameter("a", default="left")

            @timeout(seconds=9)
            @step
            def start(self):
                self.next(self.end)

        @schedule(daily=True)
        class Right(Base):
            a = Parameter("a", default="right")

        class Mixin:
            b = Parameter("b", default=1)
            c = 17

            @retry(times=2)
            @step
            def end(self):
                pass

        class F(Left, Right, Mixin):
            pass

        class G(F):
            @step
            def start(self):
                self.next(self.end)
        """)
    document = FlowHost(module.F).document()
    assert {one["attribute"]: one["default"] for one in document["parameters"]} == {"a": "left", "b": 1}
    assert {step["name"]: [one["name"] for one in step["decorators"]] for step in document["steps"]} == {
        "start": ["timeout"],
        "end": ["retry"],
    }
    assert [one["name"] for one in document["decorators"]] == ["project", "schedule"]
    overridden = {step["name"]: step["decorators"] for step in FlowHost(module.G).document()["steps"]}
    assert overridden["start"] == []


def test_mutators_belong_on_what_they_are_for(flow_file: Write) -> None:
    """CD-05, CD-06."""
    for name, source, message in (
        ("one", f"{HEAD}\n\n@wide\nclass F(FlowSpec):\n    pass\n", "`@wide` is put on `F`, which is not a step"),
        (
            "two",
            f"{HEAD}\n\nclass policy(FlowMutator):\n    pass\n\n\nclass F(FlowSpec):\n    @policy()\n{TAIL[1:]}",
            "`@policy` is put on `start`, which is not a flow",
        ),
    ):
        with pytest.raises(MetaflowException) as caught:
            flow_file(source, name)
        assert caught.value.message == message
