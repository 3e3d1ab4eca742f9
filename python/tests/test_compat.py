"""`metaflow` as Spinloom is it (architecture § 2): every name of the map, and what is said about the others."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest
import spinloom
from recorded import Folder, environment
from spinloom.compat.metaflow import load
from spinloom.compat.metaflow.names import MISSING, MODULES


class Finder:
    """Resolves `metaflow` to the map, as the wheel's own finder does."""

    @staticmethod
    def find_spec(fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "metaflow":
            return None
        return ModuleSpec(fullname, Finder(), is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return load(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run."""


@pytest.fixture
def metaflow() -> Iterator[Callable[[str], Any]]:
    """Imports by name, with `metaflow` resolved to the map; the modules are gone afterwards."""

    def gone() -> dict[str, ModuleType]:
        names = [name for name in sys.modules if name.partition(".")[0] == "metaflow"]
        return {name: sys.modules.pop(name) for name in names}

    before = gone()
    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]
    yield importlib.import_module
    sys.meta_path.remove(Finder)  # type: ignore[arg-type]
    gone()
    sys.modules.update(before)


NAMES = [(module, name) for module, names in MODULES.items() for name in names]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_every_name_of_the_map_is_there(metaflow: Callable[[str], Any], module: str, name: str) -> None:
    path = f"metaflow.{module}".rstrip(".")
    assert getattr(metaflow(path), name) is not None
    assert name in dir(metaflow(path))


def test_names_are_ours(metaflow: Callable[[str], Any]) -> None:
    module = metaflow("metaflow")
    assert module.FlowSpec is spinloom.FlowSpec and module.step is spinloom.step
    assert module.current is spinloom.current
    assert module.exception.MetaflowNotFound is spinloom.exceptions.MetaflowNotFound
    assert metaflow("metaflow.client.core").Run is spinloom.Run is module.Run
    from spinloom.unbounded import UnboundedForeachInput

    assert metaflow("metaflow.unbounded_foreach").UnboundedForeachInput is UnboundedForeachInput  # FL-16


def test_ways_to_import(metaflow: Callable[[str], Any]) -> None:
    space: dict[str, Any] = {}
    exec(
        "import metaflow.exception as e\nimport metaflow.client.core\nfrom metaflow import client\n"
        "from metaflow import FlowSpec, step\nfrom metaflow.client import Run",
        space,
    )
    assert space["e"].MetaflowException is spinloom.exceptions.MetaflowException
    assert space["client"].core is space["metaflow"].client.core
    star: dict[str, Any] = {}
    exec("from metaflow import *", star)
    assert {"FlowSpec", "step", "Parameter", "Flow"} <= set(star)


def test_a_module_is_only_as_heavy_as_what_is_used() -> None:
    program = """
import sys
from spinloom.compat.metaflow import load
module = load("metaflow")
assert not {"spinloom.flow", "spinloom.client"} & set(sys.modules), sorted(sys.modules)
module.FlowSpec
assert "spinloom.flow" in sys.modules and "spinloom.client" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], env=environment(), check=True)


def test_pickles_that_name_metaflow(metaflow: Callable[[str], Any]) -> None:
    """CL-07: such as exceptions kept by flows that ran under Metaflow."""
    by_name = b"cmetaflow.exception\nMetaflowNotFound\n."
    assert pickle.loads(by_name) is spinloom.exceptions.MetaflowNotFound
    error = metaflow("metaflow.exception").MetaflowNotFound("gone")
    assert str(pickle.loads(pickle.dumps(error))) == "gone"


def test_the_version_can_be_compared(metaflow: Callable[[str], Any]) -> None:
    version = metaflow("metaflow").__version__
    assert [int(part) for part in version.partition("+")[0].split(".")] >= [2, 19, 0]
    assert version.endswith(f"+spinloom.{spinloom.__version__}")
    assert metaflow("metaflow.metaflow_version").get_version() == version


@pytest.mark.parametrize("name", ["profile", "torchrun", "DeployedFlow", "Deployer"])
def test_what_is_not_in_this_version(metaflow: Callable[[str], Any], name: str) -> None:
    assert name in MISSING
    said = f"`metaflow.{name}` is not in this version of Spinloom"
    with pytest.raises(ImportError, match=said):
        exec(f"from metaflow import {name}")
    with pytest.raises(AttributeError, match=said):
        getattr(metaflow("metaflow"), name)
    assert not hasattr(metaflow("metaflow"), name)


@pytest.mark.parametrize(
    "name", ["cli", "plugins.cards.card_cli", "plugins.airflow", "runner.deployer", "metaflow_config"]
)
def test_modules_that_are_not_in_this_version(metaflow: Callable[[str], Any], name: str) -> None:
    with pytest.raises(ImportError, match=r"is not in this version of Spinloom") as raised:
        metaflow(f"metaflow.{name}")
    assert not isinstance(raised.value, ModuleNotFoundError)


def test_what_metaflow_does_not_have_either(metaflow: Callable[[str], Any]) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"metaflow\.nonsense"):
        metaflow("metaflow.nonsense")
    with pytest.raises(ImportError, match="cannot import name 'nonsense' from 'metaflow'"):
        exec("from metaflow import nonsense")
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        metaflow("metaflow").nonsense  # noqa: B018 (reading is what is tested)
    with pytest.raises(ModuleNotFoundError):
        load("other")


def test_nothing_is_both_there_and_missing() -> None:
    assert not MISSING & set(MODULES[""])
    assert not MISSING & {path.partition(".")[0] for path in MODULES}


def test_small_functions(metaflow: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("SPINLOOM_PRODUCTION_TOKEN", "METAFLOW_PRODUCTION_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SPINLOOM_USER", "eve")
    util = metaflow("metaflow.util")
    assert util.get_username() == "eve"
    assert (util.resolve_identity(), util.resolve_identity_as_tuple()) == ("user:eve", ("user", "eve"))
    assert util.is_stringish("a") and util.is_stringish(b"a") and not util.is_stringish(1)
    assert (util.to_unicode(b"\xc3\xa9"), util.to_unicode(1), util.to_bytes("é")) == ("é", "1", b"\xc3\xa9")


def test_an_unmodified_flow(tmp_path: Any) -> None:
    """A flow and a script that only know Metaflow, with the wheel's own finder put first."""
    source = """
        from metaflow import FlowSpec, Parameter, current, step
        from metaflow.exception import MetaflowException

        class Old(FlowSpec):
            alpha = Parameter("alpha", default=2)

            @step
            def start(self):
                self.next(self.end)

            @step
            def end(self):
                self.result = (self.alpha, current.flow_name, issubclass(MetaflowException, Exception))

        if __name__ == "__main__":
            Old()
    """
    folder = Folder(tmp_path, source)
    finder = spinloom.__path__[0] + "/../../packaging/data/purelib"
    env = environment() | {"SPINLOOM_COMPAT": "1"}
    begin = f"import runpy, sys; sys.path.append({finder!r}); import _spinloom_compat; "
    for program in (
        begin + "sys.argv = ['flow.py', 'run']; runpy.run_path('flow.py', run_name='__main__')",
        begin + "from metaflow import Flow; print(Flow('Old').latest_run.data.result)",
    ):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=folder.path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "(2, 'Old', True)\n"
