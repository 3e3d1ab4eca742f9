"""What of a notebook's cells a class needs: a program that defines it, made of the statements it refers to.

Taken are the flow's own cell up to the end of its class, and of all cells the statements that bind a name which
something taken uses: imports, base classes, functions, constants.
"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_SHELL = "get_ipython"
_NOT_FOR_FLOWS = frozenset({_SHELL, "NBRunner", "NBDeployer"})


@dataclass
class Statement:
    """One statement at the top of a cell."""

    text: str
    place: tuple[int, int]
    """Number of the cell, and line in it."""
    binds: set[str] = field(default_factory=set)
    """Names it gives a value; ``*`` for a star import."""
    needs: set[str] = field(default_factory=set)
    """Names it looks up while it runs."""
    needs_later: set[str] = field(default_factory=set)
    """Names that functions in it look up when they are called."""
    defines: str | None = None
    """The class it defines."""

    @property
    def is_for_shell(self) -> bool:
        """It talks to the notebook, or runs flows from it, so it has no place in the flow."""
        return not self.needs.isdisjoint(_NOT_FOR_FLOWS)


def program(cells: Iterable[str], class_name: str) -> str | None:
    """The source of a program that defines ``class_name`` as the newest cell that does; None if none does.

    Args:
        cells: the source of each cell that ran, the oldest first; what is not Python is passed over.
        class_name: name of a class.
    """
    statements = [statement for number, cell in enumerate(cells) for statement in _statements(number, cell)]
    of_class = [statement for statement in statements if statement.defines == class_name]
    if not of_class:
        return None
    taken = _closure(statements, of_class[-1])
    return "\n\n".join(statement.text for statement in taken) + "\n"


def _closure(statements: list[Statement], target: Statement) -> list[Statement]:
    cell, line = target.place
    waiting = [s for s in statements if s.place[0] == cell and s.place[1] <= line and not s.is_for_shell]
    taken: dict[tuple[int, int], Statement] = {}
    while waiting:
        statement = waiting.pop()
        if statement.place in taken:
            continue
        taken[statement.place] = statement
        for name in statement.needs:
            waiting += _binding(statements, name, before=statement)
        for name in statement.needs_later:
            waiting += _binding(statements, name)
    return [taken[place] for place in sorted(taken)]


def _binding(statements: list[Statement], name: str, before: Statement | None = None) -> list[Statement]:
    """The newest statement that binds a name: of those before another one, if there is one."""
    found = [s for s in statements if name in s.binds and s is not before and not s.is_for_shell]
    earlier = [s for s in found if before is None or s.place < before.place]
    if earlier or found:
        return (earlier or found)[-1:]
    if hasattr(builtins, name):
        return []
    return [s for s in statements if "*" in s.binds]


def _statements(number: int, cell: str) -> list[Statement]:
    try:
        body = ast.parse(cell).body
    except (SyntaxError, ValueError):
        return []  # a cell that never ran
    lines = cell.splitlines()
    blocks: list[tuple[int, int, list[ast.stmt]]] = []
    for node in body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
        last = node.end_lineno or node.lineno
        if blocks and first <= blocks[-1][1]:  # `a = 1; b = 2`: a line is taken as a whole
            first, _, nodes = blocks.pop()
            blocks.append((first, last, [*nodes, node]))
        else:
            blocks.append((first, last, [node]))
    return [_statement("\n".join(lines[first - 1 : last]), (number, first), nodes) for first, last, nodes in blocks]


def _statement(text: str, place: tuple[int, int], nodes: list[ast.stmt]) -> Statement:
    classes = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
    statement = Statement(text, place, defines=classes[0] if classes else None)
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes):
        statement.binds.add("*")
    for node in _at_once(nodes):
        if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
            statement.needs.add(_SHELL)  # outside a function only a notebook runs that
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            statement.needs.add(node.target.id)
    try:
        table = symtable.symtable(text, "<cell>", "exec")
    except SyntaxError:
        statement.needs.add(_SHELL)  # such as `return`: it never ran
        return statement
    for symbol in table.get_symbols():
        if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
            statement.binds.add(symbol.get_name())
        if symbol.is_referenced():
            statement.needs.add(symbol.get_name())
    for inner in table.get_children():
        _look_into(inner, statement, later=False)
    return statement


def _at_once(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """All syntax that runs when the statements do: nothing inside of functions."""
    for node in nodes:
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _at_once(ast.iter_child_nodes(node))


def _look_into(table: symtable.SymbolTable, statement: Statement, later: bool) -> None:
    """Notes what classes and functions inside of a statement need of what is outside of it."""
    later = later or table.get_type() == "function"
    needs = statement.needs_later if later else statement.needs
    needs.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced())
    for inner in table.get_children():
        _look_into(inner, statement, later)
