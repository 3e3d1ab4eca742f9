"""A forked task process is what a fresh one would be, and ends like one (architecture § 4)."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parents[1]

PREPARE = """
import os, sys
sys.path.insert(0, {packages!r})
from spinloom.flow import FlowSpec
{imports}
from spinloom.worker import process
snapshot = process.Snapshot()
process.settle()

def child(body):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            process.begin(snapshot)
            body()
            process.end()
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
"""


def forked(imports: str, rest: str) -> list[str]:
    """Lines printed by a program that imports, takes its snapshot, and forks children."""
    program = PREPARE.format(packages=str(PACKAGES), imports=textwrap.dedent(imports)) + textwrap.dedent(rest)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


DRAW = "child(lambda: print(random.random()))\n" * 3


@pytest.mark.parametrize("imports", ["import random", "import random; [random.random() for _ in range(5000)]"])
def test_random_is_fresh_in_each_task(imports: str) -> None:
    """Drawing numbers is not seeding."""
    assert len(set(forked(imports, DRAW))) == 3


def test_random_that_the_flow_seeded() -> None:
    expected = forked("import random; random.seed(7); random.random()", "print(random.random())")
    assert set(forked("import random; random.seed(7); random.random()", DRAW)) == set(expected)


def test_numpy() -> None:
    pytest.importorskip("numpy")
    draw = "child(lambda: print(numpy.random.rand()))\n" * 3
    assert len(set(forked("import numpy; numpy.random.rand()", draw))) == 3
    assert len(set(forked("import numpy; numpy.random.seed(7)", draw))) == 1


def test_exit_handlers_of_the_task_only() -> None:
    lines = forked(
        "import atexit; atexit.register(print, 'of the driver')",
        """
        def body():
            atexit.register(print, "of the task")
            print("step")
        child(body)
        atexit.unregister(print)
        """,
    )
    assert lines == ["step", "of the task"]


def test_threads_and_children_are_waited_for() -> None:
    lines = forked(
        "import multiprocessing.util, threading, time",
        """
        def late(word):
            time.sleep(0.05)
            print(word, flush=True)
        def body():
            threading.Thread(target=late, args=["thread"]).start()
            assert multiprocessing.parent_process() is None
            multiprocessing.get_context("fork").Process(target=late, args=["process"]).start()
        child(body)
        """,
    )
    assert sorted(lines) == ["process", "thread"]


def test_output_is_seen_line_by_line(tmp_path: Path) -> None:
    """A log shows a line when it is printed."""
    seen = forked(
        "",
        """
        def body():
            print("one")
            os.write(1, b"two\\n")
            print("three", end="")
        child(body)
        """,
    )
    assert seen == ["one", "two", "three"]


@pytest.mark.parametrize(("guard", "surface"), [("Mine()", "python"), ("pass", None)])
def test_creating_a_flow_in_main_starts_its_command_line(tmp_path: Path, guard: str, surface: str | None) -> None:
    """FL-01. The native module is stood in for by one that shows what it is given."""
    (tmp_path / "flow.py").write_text(
        textwrap.dedent(
            f"""\
            import sys
            from types import ModuleType
            import spinloom
            native = ModuleType("spinloom._native")
            native.run_cli = lambda argv, host: print(argv, host.surface, host.script, host.flow.name) or 7
            sys.modules["spinloom._native"] = spinloom._native = native
            from spinloom import FlowSpec, step

            class Mine(FlowSpec):
                @step
                def start(self):
                    pass

            Mine(use_cli=False)
            if __name__ == "__main__":
                {guard}
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES)}

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
        )
        return done.returncode, done.stdout

    plain = (7, "['run', '--x', '1'] python flow.py Mine\n") if surface else (0, "")
    assert run("flow.py", "run", "--x", "1") == plain
    # The native door starts a flow that does not start itself, too.
    assert run("-m", "spinloom", "run", "flow.py", "--x", "1") == (7, "['run', '--x', '1'] native flow.py Mine\n")


def test_the_native_door_without_a_usable_flow(tmp_path: Path) -> None:
    (tmp_path / "none.py").write_text("x = 1\n")
    (tmp_path / "bad.py").write_text("def f():\n    1 / 0\nf()\n")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES)}

    def run(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "spinloom", "run", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
        return done.returncode, done.stderr

    code, told = run("missing.py")
    assert (code, told.splitlines()[0]) == (2, "error[SL0001]: there is no flow file `missing.py`")
    code, told = run()
    assert (code, told.splitlines()[0]) == (2, "error[SL0001]: no flow file is given")
    code, told = run("none.py")
    assert (code, told.splitlines()[0]) == (3, "error[SL0105]: `none.py` defines no flow and starts none")
    code, told = run("bad.py")
    assert code == 3
    assert told.startswith("Traceback") and "line 2, in f" in told and "spinloom" not in told


def test_a_whole_task_in_a_forked_process(tmp_path: Path) -> None:
    """FL-01, architecture § 4: what is printed, and what outlives the step's last line, comes out in order."""
    (tmp_path / "flow.py").write_text(
        textwrap.dedent(
            """\
            import atexit, os, sys
            from spinloom import FlowSpec, step

            class Mine(FlowSpec):
                @step
                def start(self):
                    atexit.register(print, "exit handler")
                    print("step", end=" ")
                    self.next(self.end)

                @step
                def end(self):
                    print("failing", end=" ")
                    raise ValueError("end")

            if __name__ == "__main__":
                from tasks import Bench, MemoryContext

                bench = Bench(Mine)
                for name in ("start", "end"):
                    bench.host.before_fork()
                    if (pid := os.fork()) == 0:
                        ctx = MemoryContext(bench.manifests, bench._spec(name, [], [], 0, 1, False))
                        bench.host.run_task(ctx)
                        os.write(1, f"{ctx.result['ok']}\\n".encode())
                        os._exit(0)
                    assert os.waitpid(pid, 0)[1] == 0
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGES), str(Path(__file__).parent)])}
    command = [sys.executable, str(tmp_path / "flow.py")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "step exit handler\nTrue\nfailing False\n"
    assert done.stderr.startswith("Traceback") and done.stderr.endswith("ValueError: end\n")
