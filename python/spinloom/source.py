"""The user's source files, parsed once each."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FunctionType
    from typing import Any

    Method = ast.FunctionDef | ast.AsyncFunctionDef


class Source:
    """The classes and methods of one file, findable by line and by name."""

    def __init__(self, tree: ast.AST | None) -> None:
        self.methods: dict[tuple[str, int], Method] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        if tree is None:
            return
        waiting: list[Any] = [tree]
        while waiting:
            for node in ast.iter_child_nodes(waiting.pop()):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                    self.methods[node.name, first] = node
                elif isinstance(node, ast.ClassDef):
                    self.classes[node.name] = node
                if isinstance(node, (ast.stmt, ast.excepthandler, ast.match_case)):
                    waiting.append(node)


_SOURCES: dict[str, Source] = {}


def source(file: str) -> Source:
    """The parsed file; an empty one if there is none, as for code typed into a shell."""
    found = _SOURCES.get(file)
    if found is None:
        found = _SOURCES[file] = Source(_parse(file))
    return found


def _parse(file: str) -> ast.AST | None:
    try:
        with open(file, "rb") as handle:
            text: bytes | str = handle.read()
    except OSError:
        import linecache

        text = "".join(linecache.getlines(file))  # a notebook's cell has no file, but its lines are here
    try:
        return ast.parse(text, file)
    except (SyntaxError, ValueError):
        return None  # it was changed after it was imported


def unwrapped(function: Any) -> FunctionType:
    """The function a chain of `functools.wraps` decorators is about."""
    seen = {id(function)}
    while (inner := getattr(function, "__wrapped__", None)) is not None and id(inner) not in seen:
        seen.add(id(inner))
        function = inner
    return function  # type: ignore[no-any-return]


def find_method(cls: type, name: str, function: Any) -> tuple[str, Method | None]:
    """The file and definition of the method `name` of `cls`, whatever decorators made of it."""
    code = getattr(unwrapped(function), "__code__", None)
    if code is not None:
        node = source(code.co_filename).methods.get((name, code.co_firstlineno))
        if node is not None:
            return code.co_filename, node
    for base in cls.__mro__:
        if name in vars(base):
            file = class_file(base)
            definition = source(file).classes.get(base.__name__)
            for statement in definition.body if definition else ():
                if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == name:
                    return file, statement
    return (code.co_filename if code is not None else ""), None


def assignment(cls: type, step: str, function: Any, name: str) -> int | None:
    """The line of a step where it last sets the attribute `name`; None if it does not do so itself."""
    _, node = find_method(cls, step, function)
    arguments = [*node.args.posonlyargs, *node.args.args] if node else []
    if node is None or not arguments:
        return None
    lines = [
        target.lineno
        for target in ast.walk(node)
        if isinstance(target, ast.Attribute) and isinstance(target.ctx, ast.Store) and target.attr == name
        if isinstance(target.value, ast.Name) and target.value.id == arguments[0].arg
    ]
    return max(lines, default=None)


def class_file(cls: type) -> str:
    """The file `cls` is defined in."""
    import os
    import sys

    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if file is not None:
        return os.path.abspath(str(file))
    for value in vars(cls).values():
        code = getattr(unwrapped(value), "__code__", None)
        if code is not None:
            return str(code.co_filename)
    return ""
