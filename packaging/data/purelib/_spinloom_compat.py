"""Lets `import metaflow` find Spinloom when no Metaflow is installed.

Every Python of the environment imports this at its start (`_spinloom_compat.pth`), so it imports nothing itself and
only puts a finder on `sys.meta_path`. What each `metaflow` name is, says `spinloom.compat.metaflow`, imported when
first asked.

`SPINLOOM_COMPAT=1` asks Spinloom first, also where a Metaflow is installed; `SPINLOOM_COMPAT=0` switches this off.

PYTEST_DONT_REWRITE: it is there before pytest is, which would warn about that, as the pytest plugin is of the same package.
"""

import os
import sys


class Finder:
    """Finds `metaflow` and everything below it in `spinloom.compat.metaflow`."""

    ours = None  # the module that `metaflow` is, once it was imported from here

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        """A spec for `fullname`, unless it is not Metaflow's or belongs to a real Metaflow already imported."""
        if fullname != "metaflow" and not fullname.startswith("metaflow."):
            return None
        if fullname != "metaflow" and sys.modules.get("metaflow") is not Finder.ours:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(fullname, Loader, origin="spinloom.compat.metaflow", is_package=True)


class Loader:
    """Loads what the finder found."""

    @staticmethod
    def create_module(spec):
        """The module that `spinloom.compat.metaflow` makes for this name."""
        from spinloom.compat.metaflow import load

        module = load(spec.name)
        if spec.name == "metaflow":
            Finder.ours = module
        return module

    @staticmethod
    def exec_module(module):
        """Nothing is left to run: names are looked up when they are used."""


def install(first=False):
    """Puts the finder on `sys.meta_path`: last, or first; moves it when it is there already."""
    uninstall()
    if first:
        sys.meta_path.insert(0, Finder)
    else:
        sys.meta_path.append(Finder)


def uninstall():
    """Takes the finder away."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not Finder]


if os.environ.get("SPINLOOM_COMPAT") != "0":
    install(first=os.environ.get("SPINLOOM_COMPAT") == "1")
