"""Environments of steps, from decorators to tasks that run in them (DE-13, DE-15, FD-10)."""

from __future__ import annotations

import shutil
import tempfile
import time

from .conftest import Place

TWO = """
class PackedFlow(FlowSpec):
    @pypi(packages={"six": "1.16.0"})
    @step
    def start(self):
        import six
        self.version = six.__version__
        self.next(self.other)

    @pypi(packages={"six": "1.17.0"})
    @step
    def other(self):
        import six
        self.version = six.__version__
        self.next(self.end)

    @step
    def end(self):
        import sys
        self.prefix = sys.prefix
"""


def test_each_step_has_its_own_version(place: Place) -> None:
    """DE-13: two versions of a package in one run; a step without the decorator has the interpreter of the flow."""
    place.write(TWO)
    outcome = place.flow("run")
    assert outcome.exit_code == 0, outcome.text
    assert place.artifact("start", "version") == ["1.16.0"]
    assert place.artifact("other", "version") == ["1.17.0"]
    assert place.artifact("end", "prefix") == [str(place.product.bin.parent)]
    assert len(place.environments()) == 2


def test_what_was_built_is_used_again_without_a_network(place: Place, tmp_path) -> None:
    """A second run resolves and builds nothing, and needs no uv."""
    place.write(TWO)
    first = place.flow("run")
    assert first.text.count("built with 1 package") == 2, first.text
    again = place.flow("run", UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path / "empty"), SPINLOOM_UV="/nowhere/uv")
    assert again.exit_code == 0, again.text
    assert "built with" not in again.text


def test_equal_needs_share_one_environment(place: Place) -> None:
    """FD-10: a base is every step's, a step adds to it and wins; equal sums are one environment."""
    place.write("""
@pypi_base(packages={"six": "1.16.0"})
class PackedFlow(FlowSpec):
    @pypi(packages={"iniconfig": "2.0.0"})
    @step
    def start(self):
        import iniconfig, six, sys
        self.seen = [six.__version__, sys.prefix]
        self.next(self.middle)

    @pypi(packages={"six": "1.16.0", "iniconfig": "2.0.0"})
    @step
    def middle(self):
        import six, sys
        self.seen = [six.__version__, sys.prefix]
        self.next(self.third)

    @pypi(packages={"six": "1.17.0"})
    @step
    def third(self):
        import six, sys
        self.seen = [six.__version__, sys.prefix]
        self.next(self.end)

    @pypi(disabled=True)
    @step
    def end(self):
        import sys
        self.seen = sys.prefix
""")
    outcome = place.flow("run")
    assert outcome.exit_code == 0, outcome.text
    (start,), (middle,), (third,) = (place.artifact(step, "seen") for step in ("start", "middle", "third"))
    assert start == middle and start[0] == "1.16.0"
    assert third[0] == "1.17.0" and third[1] != start[1]
    assert place.artifact("end", "seen") == [str(place.product.bin.parent)]


def test_tasks_of_a_foreach_are_forked_from_one_interpreter(place: Place) -> None:
    """The flow is imported once in an environment, and each task is a process of its own, with its own random numbers."""
    place.write("""
import os, random
IMPORTED_IN = os.getpid()

class PackedFlow(FlowSpec):
    @step
    def start(self):
        self.items = list(range(8))
        self.next(self.each, foreach="items")

    @pypi(packages={"six": "1.16.0"})
    @step
    def each(self):
        import six
        self.seen = [IMPORTED_IN, os.getpid(), os.getppid(), random.random()]
        print("task", self.input)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.here = os.getppid()
        self.next(self.end)

    @step
    def end(self):
        pass
""")
    outcome = place.flow("run", "--isolation", "fork")
    assert outcome.exit_code == 0, outcome.text
    imported, own, parents, numbers = (set(column) for column in zip(*place.artifact("each", "seen"), strict=True))
    assert len(imported) == 1 and parents == imported
    assert len(own) == len(numbers) == 8
    assert place.artifact("join", "here") != [imported.pop()]
    assert sum(f"task {i}" in outcome.text for i in range(8)) == 8


def test_fresh_interpreters_are_the_environments_too(place: Place) -> None:
    """`--isolation spawn` starts the environment's interpreter for each task."""
    place.write(TWO)
    outcome = place.flow("run", "--isolation", "spawn")
    assert outcome.exit_code == 0, outcome.text
    assert place.artifact("start", "version") == ["1.16.0"]
    assert place.artifact("other", "version") == ["1.17.0"]


def test_an_import_that_starts_a_thread_gets_fresh_interpreters(place: Place) -> None:
    """What cannot survive a fork is noticed in the environment's interpreter as in the driver's."""
    place.write("""
import os, sys, threading
if os.path.dirname(sys.prefix).endswith("environments/built"):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
IMPORTED_IN = os.getpid()

class PackedFlow(FlowSpec):
    @pypi(packages={"six": "1.16.0"})
    @step
    def start(self):
        self.fresh = IMPORTED_IN == os.getpid()
        self.next(self.end)

    @step
    def end(self):
        self.fresh = IMPORTED_IN == os.getpid()
""")
    outcome = place.flow("run", "--isolation", "auto")
    assert outcome.exit_code == 0, outcome.text
    assert "started 1 thread(s)" in outcome.text
    assert place.artifact("start", "fresh") == [True]
    assert place.artifact("end", "fresh") == [False]


def test_what_only_the_flows_python_has_is_not_there(place: Place) -> None:
    """A task sees the packages of its environment, and Spinloom, and nothing else; a process it starts sees the same."""
    place.write("""
class PackedFlow(FlowSpec):
    @pypi(packages={"six": "1.16.0"})
    @step
    def start(self):
        import importlib.util, subprocess, sys
        self.found = [name for name in ("six", "spinloom", "metaflow", "pytest", "uv") if importlib.util.find_spec(name)]
        code = "import six, spinloom; print(six.__version__)"
        self.child = subprocess.run(["python", "-c", code], capture_output=True, text=True).stdout.strip()
        self.next(self.end)

    @step
    def end(self):
        pass
""")
    outcome = place.flow("run")
    assert outcome.exit_code == 0, outcome.text
    assert place.artifact("start", "found") == [["six", "spinloom", "metaflow"]]
    assert place.artifact("start", "child") == ["1.16.0"]


def test_a_flow_of_metaflows_runs_as_it_is(place: Place) -> None:
    """DE-13: `from metaflow import pypi`, in the environment's interpreter too."""
    place.write(TWO)
    flow = place.folder / "flow.py"
    flow.write_text(flow.read_text().replace("from spinloom", "from metaflow"))
    outcome = place.flow("run")
    assert outcome.exit_code == 0, outcome.text
    assert place.artifact("other", "version") == ["1.17.0"]


def test_an_import_that_the_environment_lacks_fails_its_tasks(place: Place) -> None:
    """A flow's file that imports at its top what an environment does not have: the step fails, its log says why."""
    place.write("""
import iniconfig

class PackedFlow(FlowSpec):
    @pypi(packages={"six": "1.16.0"})
    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass
""")
    outcome = place.flow("run")
    assert outcome.exit_code == 1
    assert "No module named 'iniconfig'" in outcome.text


def test_a_resume_uses_what_its_origin_used(place: Place) -> None:
    """RE-01: what a loose version came to is recorded with the run, and a resume has the same, whatever there is by now."""
    place.write("""
class PackedFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.end)

    @pypi(packages={"six": "<1.17"})
    @step
    def end(self):
        import os, six
        self.version = six.__version__
        assert os.path.exists("good")
""")
    assert place.flow("run").exit_code == 1
    specification = next((place.folder.parent / "environments" / "specifications").iterdir())
    specification.write_text(specification.read_text().replace("1.16.0", "1.15.0"))  # resolved otherwise meanwhile
    (place.folder / "good").touch()
    outcome = place.flow("resume", UV_OFFLINE="1")
    assert outcome.exit_code == 0, outcome.text
    assert place.artifact("end", "version") == ["1.16.0"]


def test_a_step_is_spun_in_its_environment(place: Place) -> None:
    """RE-15: the interpreter of the environment carries on with the command, on the same terminal."""
    place.write(TWO)
    assert place.flow("run").exit_code == 0
    outcome = place.flow("spin", "other", "--persist")
    assert outcome.exit_code == 0, outcome.text
    assert "2 as recorded" in outcome.text or "1 as recorded" in outcome.text
    skipped = place.flow("spin", "start", "--skip-decorators")  # our own Python has a newer one
    assert skipped.exit_code == 0 and "changed  version  '1.16.0' → " in skipped.text, skipped.text
    native = place.spinloom("spin", "flow.py", "start", "--environment=pypi")
    assert native.exit_code == 0, native.text


def test_a_warm_interpreter_hands_over_to_the_environments(place: Place) -> None:
    """RE-12: what keeps our own Python warm serves a step with an environment by giving its process away."""
    place.write(TWO)
    assert place.flow("run").exit_code == 0
    runtime = tempfile.mkdtemp(prefix="spin")  # short, as names of sockets are
    warm = {"SPINLOOM_SPIN_DAEMON": "1", "XDG_RUNTIME_DIR": runtime}
    try:
        for _ in range(3):  # cold, and warm as soon as there is something warm
            outcome = place.spinloom("spin", "flow.py", "other", "--environment=pypi", "--verbose", **warm)
            assert outcome.exit_code == 0, outcome.text
            assert "1 as recorded" in outcome.text
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and "ready" not in place.spinloom("daemon", "status", **warm).stdout:
                time.sleep(0.05)
        assert "cold start" not in outcome.text
    finally:
        place.spinloom("daemon", "stop", "--all", **warm)
        shutil.rmtree(runtime)


def test_runner_runs_environments(place: Place) -> None:
    """RU-23: `environment` is an option of `Runner` as of the command line."""
    place.write(TWO)
    code = (
        "from spinloom import Runner\n"
        "with Runner('flow.py', environment='pypi').run() as running:\n"
        "    print(running.status, running.run['other'].task['version'].data)\n"
    )
    outcome = place.python("-c", code)
    assert "successful 1.17.0\n" in outcome.stdout, outcome.text


def test_another_version_of_python(place: Place) -> None:
    """DE-13: `python` is a version that uv finds; one too old for Spinloom is refused before anything is built."""
    place.write(TWO.replace('"1.16.0"}', '"1.16.0"}, python="3.9"'))
    outcome = place.flow("run")
    assert outcome.exit_code == 1
    assert "asks for Python 3.9, but tasks need 3.11 or newer" in outcome.text
    place.write(TWO.replace('"1.16.0"}', '"1.16.0"}, python=">=3.11"'))
    outcome = place.flow("run")
    assert outcome.exit_code == 0, outcome.text
