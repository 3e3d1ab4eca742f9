"""Which statements of a notebook a flow needs (PR-03)."""

from __future__ import annotations

from spinloom.runner.cells import program


def lines(*cells: str, of: str = "F") -> list[str]:
    text = program(cells, of)
    assert text is not None
    return [line for line in text.splitlines() if line]


def test_its_own_cell_up_to_its_end() -> None:
    assert lines("import os\nos.umask(0)\nclass F: pass\nF()\nimport re") == [
        "import os",
        "os.umask(0)",
        "class F: pass",
    ]


def test_what_functions_look_up_is_taken_from_wherever_it_is_newest() -> None:
    cells = ["x = 1", "class F:\n    def run(self): return x", "x = 2"]
    assert lines(*cells) == ["class F:", "    def run(self): return x", "x = 2"]


def test_what_runs_at_once_is_taken_from_before() -> None:
    assert lines("x = 1", "class F:\n    y = x", "x = 2") == ["x = 1", "class F:", "    y = x"]


def test_a_name_that_builds_on_itself_takes_its_past_along() -> None:
    assert lines("n = 1", "n += 1", "n = n * 2", "class F:\n    m = n") == [
        "n = 1", "n += 1", "n = n * 2", "class F:", "    m = n",
    ]  # fmt: skip


def test_names_of_functions_of_their_own_are_not_looked_for() -> None:
    cells = ["e = open('/nothing')", "class F:\n    def run(self, e):\n        return [e for e in e]"]
    assert lines(*cells)[0] == "class F:"


def test_decorators_and_comments_inside_come_along() -> None:
    cell = "@deco\nclass F:\n    # why\n    pass"
    assert lines("def deco(c): return c", cell) == ["def deco(c): return c", *cell.splitlines()]


def test_bindings_in_compound_statements() -> None:
    cells = ["try:\n    import fast\nexcept ImportError:\n    fast = None", "class F:\n    y = fast"]
    assert lines(*cells)[0] == "try:" and lines(*cells)[4] == "class F:"


def test_a_line_of_several_statements_is_taken_once() -> None:
    assert lines("a = 1; b = a", "class F:\n    y = a, b") == ["a = 1; b = a", "class F:", "    y = a, b"]


def test_star_imports_serve_names_that_nothing_else_binds() -> None:
    assert lines("from math import *\nimport os", "class F:\n    y = tau, len") == [
        "from math import *", "class F:", "    y = tau, len",
    ]  # fmt: skip


def test_what_talks_to_the_notebook_is_left_out() -> None:
    cells = ["x = get_ipython()", "y = NBRunner(F)\nz = await q\nx = 1\nclass F:\n    w = x"]
    assert lines(*cells) == ["x = 1", "class F:", "    w = x"]


def test_cells_that_are_not_python_are_passed_over() -> None:
    assert lines("this is not", "class F: pass") == ["class F: pass"]


def test_no_such_class() -> None:
    assert program(["class F: pass"], "G") is None
