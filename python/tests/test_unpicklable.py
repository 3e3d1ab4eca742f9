"""AR-01: what cannot be saved is told by name, by where it is in the value, and with what to do about it."""

from __future__ import annotations

import pickle
import sys
import threading
from collections import namedtuple
from functools import partial
from typing import Any

import numpy as np
import pytest
from spinloom.worker import culprit
from spinloom.worker.pickling import dump, unpicklable

Pair = namedtuple("Pair", "left right")


class Layer:
    def __init__(self, callback: Any = None) -> None:
        self.callback = callback


class Model:
    def __init__(self, layers: list[Any]) -> None:
        self.layers = layers


class Slotted:
    __slots__ = ("lock",)

    def __init__(self) -> None:
        self.lock = threading.Lock()


class Stateful:
    def __getstate__(self) -> dict[str, Any]:
        return {"made": lambda: 1}


class Method:
    def __init__(self) -> None:
        self.lock = threading.Lock()

    def call(self) -> None: ...


def inner() -> Any:
    class Local:
        pass

    return Local()


def nested() -> Any:
    def function() -> None: ...

    return function


def message(value: Any) -> tuple[str, str]:
    """What is said of it, without the place of functions, and the hint."""
    with pytest.raises(Exception) as raised:
        dump(value)
    error = unpicklable("x", "start", value, raised.value, "flow.py", 7)
    assert (error.file, error.line, len(error.hints)) == ("flow.py", 7, 1)
    prefix = "artifact `x` of step `start` cannot be saved: "
    assert error.message.startswith(prefix)
    assert error.message.endswith(f": {raised.value}")
    said = error.message.removeprefix(prefix).removesuffix(f": {raised.value}")
    return said, error.hints[0]


WHICH = ", which cannot be pickled"
FUNCTION = "define the function with `def` at the top level of a module, or keep its name and look it up"
PROCESS = "it belongs to one process: make it in the step that needs it, as a variable without `self`"
CLASS = "define the class at the top level of a module"


def line(function: Any) -> str:
    return f"(test_unpicklable.py:{function.__code__.co_firstlineno})"


def test_the_value_itself() -> None:
    assert message(threading.Lock()) == ("a value of type `_thread.lock` cannot be pickled", PROCESS)
    assert message(item for item in [1]) == (
        "a value of type `generator` cannot be pickled",
        "make a list of what it yields",
    )
    assert message(sys) == ("the module `sys` cannot be pickled", "import the module in the step that needs it")
    assert message(inner()) == ("a value of the class `Local` cannot be pickled", CLASS)


def test_a_lambda_deep_in_an_object() -> None:
    callback = lambda: 1  # noqa: E731 (that it is one is what is told)
    model = Model([Layer(), Layer(), {"last": Layer(callback)}])
    assert message(model) == (f"`self.x.layers[2]['last'].callback` is a lambda {line(callback)}{WHICH}", FUNCTION)


def test_a_function_inside_of_a_function() -> None:
    function = nested()
    said = f"`self.x['f']` is the function `function` inside of `nested` {line(function)}{WHICH}"
    assert message({"f": function}) == (said, FUNCTION)


@pytest.mark.parametrize(
    ("value", "where", "what"),
    [
        ([1, inner()], "self.x[1]", "a value of the class `Local`"),
        (Pair(1, threading.Lock()), "self.x.right", "a value of type `_thread.lock`"),
        ({(1, 2): threading.Lock()}, "self.x[(1, 2)]", "a value of type `_thread.lock`"),
        (Slotted(), "self.x.lock", "a value of type `_thread.lock`"),
        ({threading.Lock()}, "self.x (an item of the set)", "a value of type `_thread.lock`"),
        ([Method().call], "self.x[0].__self__.lock", "a value of type `_thread.lock`"),
        (np.array([1, threading.Lock()], dtype=object), "self.x[1]", "a value of type `_thread.lock`"),
        (open(__file__), None, "a value of type `_io.TextIOWrapper`"),  # noqa: SIM115 (it is never read)
    ],
)
def test_where_it_is(value: Any, where: str | None, what: str) -> None:
    expected = f"{what} cannot be pickled" if where is None else f"`{where}` is {what}{WHICH}"
    assert message(value)[0] == expected


def test_what_an_object_gives_instead_of_itself() -> None:
    assert message([Stateful()])[0].startswith("`self.x[0].made` is a lambda ")
    said = message(partial(nested(), 1))[0]
    assert said.startswith("`self.x (argument 0 of `partial`)` is the function `function` inside of `nested`")


def test_a_column_of_a_data_frame() -> None:
    import pandas as pd

    frame = pd.DataFrame({"n": [1, 2], "f": [None, threading.Lock()]})
    assert message(frame)[0] == f"`self.x['f'].iloc[1]` is a value of type `_thread.lock`{WHICH}"


def test_a_value_that_refers_to_itself() -> None:
    value: dict[str, Any] = {}
    value["me"] = value
    value["lock"] = threading.Lock()
    assert message(value)[0].startswith("`self.x['lock']` is")


def test_what_takes_too_long_to_look_through_is_told_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(culprit, "SECONDS", -1.0)
    assert (
        message([[str(i)] for i in range(5000)] + [threading.Lock()])[0] == "a value of type `list` cannot be pickled"
    )


def test_looking_for_it_leaves_the_pickler_as_it_was() -> None:
    assert culprit.find([1, 2], "x") is None
    assert pickle.loads(pickle.dumps([1, 2])) == [1, 2]
