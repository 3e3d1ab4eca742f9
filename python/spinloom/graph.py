"""Describes a flow's class as a `FlowGraph` document: the `self.next(…)` ending each step is read from its source."""

from __future__ import annotations

import ast
import os

from .exceptions import ParameterFieldFailed
from .source import class_file, find_method, source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .classes import FlowClass
    from .decorators import StepDecorator

VERSION = 1


def describe(flow: FlowClass, decorators: dict[str, list[StepDecorator]]) -> dict[str, Any]:
    """The document of `flow`, its steps having `decorators`."""
    file = class_file(flow.cls)
    definition = source(file).classes.get(flow.name)
    check_parameters(flow)
    for decorator in flow.decorators:
        decorator.look_up(flow.cls)
    return {
        "version": VERSION,
        "name": flow.name,
        "file": file,
        "doc": clean(flow.cls.__doc__),
        "line": definition.lineno if definition else 0,
        "steps": [_step(flow, name, decorators.get(name, [])) for name in flow.steps],
        "parameters": [parameter.document() for parameter in flow.parameters.values()],
        "constants": list(flow.constants),
        "decorators": [decorator.document() for decorator in (*flow.decorators, *flow.mutators)],
    }


def check_parameters(flow: FlowClass) -> None:
    """Refuses names that cannot be told apart on the command line or in the environment."""
    seen: dict[str, str] = {}
    for parameter in flow.parameters.values():
        key = parameter.name.lower().replace("_", "-")
        if key in seen:
            what = "is there twice" if seen[key] == parameter.name else f"is too like parameter `{seen[key]}`"
            raise ParameterFieldFailed(
                f"parameter `{parameter.name}` {what}",
                parameter.line,
                parameter.file,
                ["names of parameters differ by more than case, `-` and `_`"],
                code="SL0101",
            )
        seen[key] = parameter.name


def _step(flow: FlowClass, name: str, decorators: list[StepDecorator]) -> dict[str, Any]:
    function = flow.steps[name]
    file, node = find_method(flow.cls, name, function)
    marks = getattr(function, "marks", {})
    code = function.__code__
    return {
        "name": name,
        "file": os.path.abspath(file) if os.path.exists(file) else file,
        "line": node.lineno if node else code.co_firstlineno,
        "doc": clean(function.__doc__),
        "args": len(node.args.posonlyargs) + len(node.args.args) if node else code.co_argcount,
        "tail": read_tail(node, flow.configs) if node else {"kind": "none"},
        "decorators": [decorator.document() for decorator in decorators],
        "start": marks.get("start", False),
        "end": marks.get("end", False),
        "node_info": marks.get("node_info", {}),
    }


def read_tail(node: ast.FunctionDef | ast.AsyncFunctionDef, configs: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The transition a step ends with, as the document's `tail`. `configs` are those of the flow, by attribute."""
    positional = [*node.args.posonlyargs, *node.args.args]
    last = node.body[-1]
    call = last.value if isinstance(last, ast.Expr) else None
    if not (positional and isinstance(call, ast.Call) and _attribute(call.func, positional[0].arg) == "next"):
        return {"kind": "none"}
    try:
        return {"kind": "next", "line": call.lineno, **_read_next(call, positional[0].arg, configs or {})}
    except _Unreadable as reason:
        return {"kind": "invalid", "line": call.lineno, "reason": str(reason)}


class _Unreadable(Exception):
    """Why a transition cannot be read."""


def _attribute(node: ast.AST | None, owner: str) -> str | None:
    """`x` of `self.x`."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == owner:
        return node.attr
    return None


def _read_next(call: ast.Call, owner: str, configs: Mapping[str, Any]) -> dict[str, Any]:
    words: dict[str, ast.expr] = {}
    for word in call.keywords:
        if word.arg not in ("foreach", "num_parallel", "condition"):
            given = f"`{word.arg}`" if word.arg else "`**`"
            raise _Unreadable(f"`{owner}.next` does not take {given}")
        words[word.arg] = word.value
    if len(words) > 1:
        raise _Unreadable("`" + "` and `".join(words) + "` cannot be combined")
    if not call.args:
        raise _Unreadable(f"`{owner}.next` names no step")
    if "condition" in words or isinstance(call.args[0], ast.Dict):
        return _read_switch(call, owner, words, configs)
    foreach = _text(words["foreach"], "foreach", owner) if "foreach" in words else None
    return {
        "targets": [_target(argument, owner) for argument in call.args],
        "foreach": foreach,
        "num_parallel": "num_parallel" in words,
        "condition": None,
        "cases": [],
    }


def _read_switch(call: ast.Call, owner: str, words: dict[str, ast.expr], configs: Mapping[str, Any]) -> dict[str, Any]:
    cases = call.args[0]
    if len(call.args) != 1 or not isinstance(cases, ast.Dict) or list(words) != ["condition"]:
        raise _Unreadable(f"a switch is written `{owner}.next({{value: {owner}.step, …}}, condition='name')`")
    pairs = zip(cases.keys, cases.values, strict=True)
    read = [[_key(key, owner, configs), _target(value, owner)] for key, value in pairs]
    if not read:
        raise _Unreadable("a switch needs at least one case")
    return {
        "targets": list(dict.fromkeys(step for _, step in read)),
        "foreach": None,
        "num_parallel": False,
        "condition": _text(words["condition"], "condition", owner),
        "cases": read,
    }


def _key(node: ast.expr | None, owner: str, configs: Mapping[str, Any]) -> object:
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    literal = node.operand if negative and isinstance(node, ast.UnaryOp) else node
    if isinstance(literal, ast.Constant) and isinstance(literal.value, (str, int, float, bool, type(None))):
        return -literal.value if negative else literal.value  # type: ignore[operator]
    if node is not None and (name := _config(node, owner)) in configs:
        return _of_config(node, owner, configs[name])
    raise _Unreadable("the cases of a switch are literal strings, numbers, booleans, `None`, or values of configs")


def _config(node: ast.AST | None, owner: str) -> str | None:
    """`cfg` of `self.cfg.a["b"].c`."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if (name := _attribute(node, owner)) is not None:
            return name
        node = node.value
    return None


def _of_config(node: ast.expr, owner: str, config: Any) -> object:
    """The value of an expression such as `self.cfg.a`; its text as long as no value is known (PA-12)."""
    text = ast.unparse(node)
    value = config.__get__(None)
    if value is config:
        return text
    holder = type("Configs", (), {config._declared.attribute: value})
    try:
        value = eval(compile(ast.Expression(node), "<switch>", "eval"), {owner: holder})
    except Exception as error:  # a key that is not there, or anything an index may raise
        raise _Unreadable(f"`{text}` has no value: {error}") from None
    if not isinstance(value, (str, int, float, bool, type(None))):
        raise _Unreadable(f"`{text}` is a `{type(value).__name__}`, which cannot be the case of a switch")
    return value


def _target(node: ast.expr, owner: str) -> str:
    name = _attribute(node, owner)
    if name is None:
        raise _Unreadable(f"`{ast.unparse(node)}` is not of the form `{owner}.step`")
    return name


def _text(node: ast.expr, word: str, owner: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    name = _attribute(node, owner)
    meant = f", such as `{word}='{name}'`" if name else ""
    raise _Unreadable(f"`{word}` is the name of an attribute as a literal string{meant}")


def clean(doc: str | None) -> str:
    """A docstring without the indentation of the code it stands in."""
    if not doc:
        return ""
    first, *rest = doc.expandtabs().splitlines() or [""]
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return "\n".join([first.strip(), *(line[margin:].rstrip() for line in rest)]).strip("\n")
