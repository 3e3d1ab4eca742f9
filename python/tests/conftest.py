"""Shared by the tests of the SDK."""

from __future__ import annotations

import importlib.util
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def flow_file(tmp_path: Path) -> Iterator[Callable[..., ModuleType]]:
    """Writes a flow's source to a file and imports it; the graph is read from that file."""
    names: list[str] = []

    def write(source: str, name: str = "flow") -> ModuleType:
        path = tmp_path / f"{name}.py"
        path.write_text(textwrap.dedent(source))
        module_name = f"{name}_{tmp_path.name}"
        spec = importlib.util.spec_from_file_location(module_name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        names.append(module_name)
        spec.loader.exec_module(module)
        return module

    yield write
    for name in names:
        del sys.modules[name]


@pytest.fixture(autouse=True)
def no_current_task() -> Iterator[None]:
    """Each test starts and ends outside a flow."""
    yield
    from spinloom import current

    current._end()
