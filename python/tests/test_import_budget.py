"""Importing Spinloom costs next to nothing (architecture § 2)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[1]


def imported(statement: str) -> list[str]:
    """Modules that `statement` loads in a fresh interpreter, those of a bare one left out."""
    script = f"import sys; before = set(sys.modules); sys.path.insert(0, {str(PACKAGES)!r}); {statement}\n"
    script += "print('\\n'.join(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(
    "statement",
    [
        "import spinloom",
        "from spinloom import FlowSpec, step, Parameter, JSONType, current, "
        "retry, catch, timeout, resources, environment",
    ],
)
def test_only_ours_and_light_standard_modules(statement: str) -> None:
    modules = imported(statement)
    ours = [name for name in modules if name.split(".")[0] == "spinloom"]
    foreign = [name for name in modules if name.split(".")[0] not in {"spinloom", *sys.stdlib_module_names}]
    heavy = {"asyncio", "inspect", "typing", "ast", "re", "json", "pickle", "sqlite3", "subprocess", "logging"}
    assert not foreign, modules
    assert not heavy & set(modules), modules
    assert 0 < len(ours) <= 40, modules


def test_the_package_alone_is_one_module() -> None:
    assert [name for name in imported("import spinloom") if name.startswith("spinloom")] == ["spinloom"]


def test_public_names() -> None:
    import spinloom

    assert set(spinloom.__all__) <= set(dir(spinloom))
    assert spinloom.exceptions.__name__ == "spinloom.exceptions"
    assert type(spinloom.current).__name__ == "Current"
    with pytest.raises(AttributeError, match="no attribute `nothing`"):
        spinloom.nothing  # noqa: B018
