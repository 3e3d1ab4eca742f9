"""A class becomes a `FlowGraph` document (FL-03, FL-04, FL-05, FL-13, FL-15)."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from spinloom.graph import clean, read_tail
from spinloom.host import FlowHost

Write = Callable[..., ModuleType]


def tail(*lines: str, signature: str = "self") -> dict[str, Any]:
    body = "".join(f"    {line}\n" for line in lines)
    tree = ast.parse(f"def a({signature}):\n{body}")
    assert isinstance(tree.body[0], ast.FunctionDef)
    return read_tail(tree.body[0])


def next_(line: int, *targets: str, **more: object) -> dict[str, Any]:
    plain = {"foreach": None, "num_parallel": False, "condition": None, "cases": []}
    return {"kind": "next", "line": line, "targets": list(targets), **plain, **more}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("self.next(self.b)", next_(2, "b")),
        ("self.next(self.b, self.c)", next_(2, "b", "c")),
        ("self.next(self.b, foreach='xs')", next_(2, "b", foreach="xs")),
        ("self.next(self.b, num_parallel=self.n + 1)", next_(2, "b", num_parallel=True)),
        (
            "self.next({'x': self.b, 2: self.c, True: self.b, -1: self.c, None: self.d}, condition='k')",
            next_(2, "b", "c", "d", condition="k", cases=[["x", "b"], [2, "c"], [True, "b"], [-1, "c"], [None, "d"]]),
        ),
        ("self.next(self.b) if x else self.next(self.c)", {"kind": "none"}),
        ("return self.next(self.b)", {"kind": "none"}),
        ("other.next(self.b)", {"kind": "none"}),
        ("pass", {"kind": "none"}),
    ],
)
def test_tails(source: str, expected: dict[str, Any]) -> None:
    assert tail(source) == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("self.next()", "`self.next` names no step"),
        ("self.next('b')", "`'b'` is not of the form `self.step`"),
        ("self.next(*self.all)", "`*self.all` is not of the form `self.step`"),
        (
            "self.next(self.b, foreach=self.xs)",
            "`foreach` is the name of an attribute as a literal string, such as `foreach='xs'`",
        ),
        ("self.next(self.b, foreach=name)", "`foreach` is the name of an attribute as a literal string"),
        ("self.next(self.b, fan='xs')", "`self.next` does not take `fan`"),
        ("self.next(self.b, **more)", "`self.next` does not take `**`"),
        ("self.next(self.b, foreach='xs', num_parallel=2)", "`foreach` and `num_parallel` cannot be combined"),
        ("self.next({'x': self.b})", "a switch is written `self.next({value: self.step, …}, condition='name')`"),
        (
            "self.next(self.b, condition='k')",
            "a switch is written `self.next({value: self.step, …}, condition='name')`",
        ),
        ("self.next({}, condition='k')", "a switch needs at least one case"),
        (
            "self.next({key: self.b}, condition='k')",
            "the cases of a switch are literal strings, numbers, booleans, `None`, or values of configs",
        ),
    ],
)
def test_unreadable_tails(source: str, reason: str) -> None:
    assert tail(source) == {"kind": "invalid", "line": 2, "reason": reason}


def test_only_the_last_statement_counts() -> None:
    assert tail("if x:", "    self.next(self.b)")["kind"] == "none"
    assert tail("self.x = 1", "self.next(", "    self.b,", ")") == next_(3, "b")


def test_the_first_argument_may_have_another_name() -> None:
    assert tail("me.next(me.b)", signature="me") == next_(2, "b")


def test_document(flow_file: Write) -> None:
    """FL-02, FL-03: lines, docstrings, decorators and marks, methods of base classes in other files included."""
    base = flow_file(
        """\
        from spinloom import FlowSpec, step

        class Base(FlowSpec):
            shared = 5

            @step
            def begin(self):
                '''First line.

                    Indented.
                '''
                self.next(self.work)

            @step
            def finish(self):
                pass
        """,
        "base",
    )
    sys.modules["base_of_flow"] = base
    module = flow_file(
        """\
        import functools
        from base_of_flow import Base
        from spinloom import Parameter, retry, step, timeout

        def logged(f):
            @functools.wraps(f)
            def inner(self):
                return f(self)
            return inner

        class Child(Base):
            '''A child.'''
            alpha = Parameter("alpha", default=0.5, help="Rate")
            extra = "x"
            _hidden = 1

            @retry(times=2)
            @timeout(seconds=5)
            @step
            def work(self):
                self.next(self.more)

            @logged
            @step
            def more(self):
                self.next(self.finish)

            @step(end=True, node_info={"colour": "red"})
            def finish(self):
                pass

            def helper(self):
                pass
        """
    )
    del sys.modules["base_of_flow"]
    document = json.loads(FlowHost(module.Child).flow_graph())
    assert {key: document[key] for key in ("version", "name", "file", "doc", "line", "constants")} == {
        "version": 1,
        "name": "Child",
        "file": module.__file__,
        "doc": "A child.",
        "line": 11,
        "constants": ["shared", "extra"],
    }
    steps = {step["name"]: step for step in document["steps"]}
    assert list(steps) == ["begin", "finish", "work", "more"]
    assert steps["begin"]["file"] == base.__file__
    assert (steps["begin"]["line"], steps["begin"]["tail"]) == (7, next_(12, "work"))
    assert steps["begin"]["doc"] == "First line.\n\nIndented."
    assert steps["work"]["decorators"] == [
        {
            "name": "retry",
            "attributes": {"times": 2, "minutes_between_retries": 2},
            "statically_defined": True,
            "file": module.__file__,
            "line": 17,
        },
        {
            "name": "timeout",
            "attributes": {"seconds": 5, "minutes": 0, "hours": 0},
            "statically_defined": True,
            "file": module.__file__,
            "line": 18,
        },
    ]
    assert (steps["more"]["line"], steps["more"]["tail"]) == (25, next_(26, "finish"))
    assert (steps["finish"]["start"], steps["finish"]["end"], steps["finish"]["node_info"]) == (
        False,
        True,
        {"colour": "red"},
    )
    assert [parameter["name"] for parameter in document["parameters"]] == ["alpha"]
    assert document["parameters"][0]["line"] == 13


def test_a_join_has_two_arguments(flow_file: Write) -> None:
    module = flow_file(
        """\
        from spinloom import FlowSpec, step

        class F(FlowSpec):
            @step
            def j(self, inputs):
                self.next(self.j)
        """
    )
    assert json.loads(FlowHost(module.F).flow_graph())["steps"][0]["args"] == 2


def test_a_wrapper_without_wraps_is_still_found(flow_file: Write) -> None:
    """FL-03: a decorator below `@step` hides the code, not the method in the class."""
    module = flow_file(
        """\
        from spinloom import FlowSpec, step

        def odd(f):
            def start(self):
                return f(self)
            return start

        class F(FlowSpec):
            @step
            @odd
            def start(self):
                self.next(self.end)

            @step
            def end(self):
                pass
        """
    )
    start = json.loads(FlowHost(module.F).flow_graph())["steps"][0]
    assert start["name"] == "start"


def test_each_file_is_parsed_once(flow_file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    module = flow_file(
        """\
        from spinloom import FlowSpec, step

        class F(FlowSpec):
            @step
            def start(self):
                self.next(self.end)

            @step
            def end(self):
                pass
        """
    )
    parsed: list[object] = []
    original = ast.parse
    monkeypatch.setattr(ast, "parse", lambda *words: parsed.append(words[1]) or original(*words))
    host = FlowHost(module.F)
    host.flow_graph()
    host.attach('[{"name": "retry"}]')
    assert parsed == [module.__file__]


@pytest.mark.parametrize("runner", ["", "import runpy; runpy.run_path(sys.argv[1], run_name='__main__')"])
def test_a_flow_that_runs_as_main(tmp_path: Path, runner: str) -> None:
    """FL-03: also when the file is run by `runpy`."""
    path = tmp_path / "mine.py"
    path.write_text(
        textwrap.dedent(
            """\
            from spinloom import FlowSpec, step

            class Mine(FlowSpec):
                @step
                def start(self):
                    self.next(self.end)

                @step
                def end(self):
                    pass

            if __name__ == "__main__":
                from spinloom.host import FlowHost
                print(FlowHost(Mine).flow_graph())
            """
        )
    )
    command = [sys.executable, "-c", f"import sys; {runner}", str(path)] if runner else [sys.executable, str(path)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    document = json.loads(done.stdout)
    assert (document["file"], document["line"]) == (str(path), 3)
    assert [step["tail"]["kind"] for step in document["steps"]] == ["next", "none"]


@pytest.mark.parametrize(
    ("doc", "expected"), [(None, ""), ("One.", "One."), ("\n  A\n    b\n  ", "A\n  b"), ("A\n\n  b\n", "A\n\nb")]
)
def test_docstrings(doc: str | None, expected: str) -> None:
    assert clean(doc) == expected
