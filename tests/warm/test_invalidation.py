"""A warm interpreter serves only while what it has loaded is what a fresh one would load."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .conftest import Project, is_alive, wait_until


def install(project: Project, name: str, source: str, version: str = "1.0") -> None:
    """Installs a package, as an installer would: first what it is, then that it is there."""
    package = project.packages / name
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text(source)
    for old in project.packages.glob(f"{name}-*.dist-info"):
        shutil.rmtree(old)
    (project.packages / f"{name}-{version}.dist-info").mkdir()


def test_a_package_is_upgraded(project: Project) -> None:
    install(project, "lib", "VERSION = 1")
    project.warm_up("import lib")
    project.flow("import lib; print(lib.VERSION)")
    old = project.ready()["warm_pid"]
    assert project.warmly().stdout.startswith("1\n")
    install(project, "lib", "VERSION = 22", "2.0")
    outcome = project.check("--verbose")
    assert outcome.stdout.startswith("22\n")
    assert f"cold start: `{project.packages}` has changed" in outcome.stderr
    wait_until(lambda: project.ready()["warm_pid"] != old, "there is a new one")
    assert project.warmly().stdout.startswith("22\n")
    assert not is_alive(old)


def test_the_interpreter_is_replaced(project: Project) -> None:
    project.warm_up()
    python = project.folder / ".venv/bin/python"
    real = python.resolve()
    python.unlink()
    python.write_text(f'#!/bin/sh\nexec {real} "$@"\n')
    python.chmod(0o755)
    assert project.why_cold() == f"`{python}` has changed"


def test_a_lock_file_changes(project: Project) -> None:
    (project.folder / "uv.lock").write_text("one")
    project.warm_up()
    (project.folder / "uv.lock").write_text("two")
    assert project.why_cold() == f"`{project.folder / 'uv.lock'}` has changed"


def test_the_environment_that_libraries_look_up(project: Project) -> None:
    install(project, "lib", "import os\nSEEN = os.environ.get('LIB_HOME', 'nothing')")
    project.warm_up("import lib")
    project.flow("import lib, os; print(lib.SEEN, os.environ.get('OTHER'))")
    assert project.warmly(OTHER="1").stdout.startswith("nothing 1\n")
    assert project.warmly(OTHER="2").stdout.startswith("nothing 2\n")
    old = project.ready()["warm_pid"]
    for name, seen in (
        ("LIB_HOME", "here None"),
        ("OMP_NUM_THREADS", "nothing None"),
        ("PYTHONHASHSEED", "nothing None"),
    ):
        outcome = project.check("--verbose", **{name: "here" if name == "LIB_HOME" else "1"})
        assert f"cold start: `{name}` is not what libraries were loaded with" in outcome.stderr
        assert outcome.stdout.startswith(f"{seen}\n")
        wait_until(lambda old=old: project.ready()["warm_pid"] != old, "there is one for this environment")
        # From the next round's point of view this one's variable is gone again.
        assert project.why_cold().startswith(f"`{name}`")
        old = wait_until(lambda old=old: project.ready()["warm_pid"], "there is one for that environment")


def test_variables_that_libraries_set(project: Project) -> None:
    """What an import sets in the environment is set in a process that did not have to import it."""
    install(project, "lib", "import os\nos.environ.setdefault('KMP_INIT', 'FALSE')")
    project.warm_up("import lib")
    project.flow("import lib, os; print(os.environ['KMP_INIT'])")
    assert project.warmly().stdout.startswith("FALSE\n")


def test_variables_that_the_flow_sets(project: Project) -> None:
    """A flow that says how libraries are to be loaded finds them not loaded."""
    install(project, "lib", "import os\nSEEN = os.environ.get('OMP_NUM_THREADS')")
    body = "import os; os.environ['OMP_NUM_THREADS'] = '3'; import lib; print(lib.SEEN)"
    project.warm_up(body)
    assert project.why_cold() == "the flow sets `OMP_NUM_THREADS`, which libraries look up when they are loaded"
    assert project.check().stdout.startswith("3\n")
    project.flow("import lib; print(lib.SEEN)")  # it says so no longer
    assert project.check().exit_code == 0
    assert project.warmly().stdout.startswith("None\n")


def test_a_file_of_the_users_takes_the_place_of_a_package(project: Project) -> None:
    install(project, "lib", "NAME = 'package'")
    project.warm_up("import lib")
    project.flow("import lib; print(lib.NAME)")
    assert project.warmly().stdout.startswith("package\n")
    mine = project.folder / "lib.py"
    mine.write_text("NAME = 'mine'\n")
    outcome = project.check("--verbose")
    assert outcome.stdout.startswith("mine\n")
    assert f"cold start: `{mine}` takes the place of an installed module" in outcome.stderr


def test_a_search_path_that_depends_on_the_folder(project: Project) -> None:
    project.warm_up()
    assert project.why_cold(PYTHONPATH="src") == "`PYTHONPATH` has a folder that depends on the working directory"


def test_what_must_not_be_forked_is_not_loaded(project: Project) -> None:
    """A module that starts threads or leaves files open is left to each process, and so is what imports it."""
    threaded = "import threading, time\nthreading.Thread(target=time.sleep, args=(9999,), daemon=True).start()"
    install(project, "threaded", threaded)
    install(project, "opener", "import os\nFILE = open(__file__)")
    install(project, "user", "import threaded")
    for package in ("threaded", "user"):
        (project.packages / package / "part.py").write_text("")
    install(project, "harmless", "")
    project.warm_up("import user.part, threaded.part, opener, harmless\nprint(opener.FILE.fileno() > 2)")
    figures = project.ready()
    assert set(figures["dropped"]) == {"user", "threaded", "opener"}
    assert "thread" in figures["dropped"]["threaded"] and "open" in figures["dropped"]["opener"]
    assert project.warmly().stdout.startswith("True\n")


def test_editable_installs_are_the_users_own(project: Project) -> None:
    source = project.folder / "src/mine"
    source.mkdir(parents=True)
    (project.packages / "mine.pth").write_text(f"{source.parent}\n")
    (source / "__init__.py").write_text("A = 1\n")
    project.warm_up("import mine")
    project.flow("import mine; print(mine.A)")
    (source / "__init__.py").write_text("A = 22\n")
    assert project.warmly().stdout.startswith("22\n")


def test_a_module_that_can_only_be_imported_after_another(project: Project) -> None:
    install(project, "late", "import builtins\nbuiltins.early\nA = 1")
    project.warm_up("import builtins; builtins.early = True; import late")
    assert "AttributeError" in project.ready()["dropped"]["late"]
    project.flow("import builtins; builtins.early = True; import late; print(late.A)")
    assert project.warmly().stdout.startswith("1\n")


def test_limits_that_are_wider(project: Project) -> None:
    """A process cannot have more than its supervisor may."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    project.flow("")
    import subprocess

    narrow = f"ulimit -n {hard - 1}; exec {' '.join(project.words())}"
    subprocess.run(["sh", "-c", narrow], cwd=project.folder, env=project.env, check=True, capture_output=True)
    project.ready()
    assert project.why_cold() == "its limits (`ulimit`) are narrower than yours"


def test_it_is_for_one_project(project: Project, tmp_path_factory) -> None:
    project.warm_up()
    other: Path = tmp_path_factory.mktemp("other")
    os.symlink(project.folder / ".venv", other / ".venv")
    (other / "flow.py").write_text((project.folder / "flow.py").read_text())
    elsewhere = Project(other, project.runtime, project.spinloom, project.env)
    assert elsewhere.why_cold() == "there is no warm interpreter yet"
    assert elsewhere.ready()["pid"] != project.ready()["pid"]
    elsewhere.daemon("stop")
    assert project.ready()
