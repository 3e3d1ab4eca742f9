"""What a flow sees of its process is the same, served warm or cold; only that libraries are there already."""

from __future__ import annotations

import json
import signal
import subprocess

from .conftest import Project

STATE = """
import codecs, json, os, resource, signal, sys, threading, warnings
codes = lambda: [getattr(signal.getsignal(n), "__name__", str(signal.getsignal(n))) for n in range(1, 32)]
mask = os.umask(0)
os.umask(mask)
stream = lambda s: [s.name, s.mode, s.encoding, s.errors, s.newlines, s.line_buffering, s.write_through,
                    s.fileno(), s.isatty(), s.seekable(), type(s.buffer).__name__]
state = {
    "environment": dict(sorted(os.environ.items())),
    "argv": sys.argv, "orig_argv": sys.orig_argv, "path": sys.path, "flags": str(sys.flags), "executable": sys.executable,
    "main": [__name__, __file__, sys.modules["__main__"].__dict__ is globals()],
    "cwd": os.getcwd(), "umask": mask, "limits": [resource.getrlimit(n) for n in range(10)],
    "signals": codes(), "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "threads": threading.active_count(), "warnings": len(warnings.filters),
    "streams": [stream(s) for s in (sys.stdin, sys.stdout, sys.stderr)],
    "same": [sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__],
    "open": sorted(n for n in map(int, os.listdir("/proc/self/fd")) if os.path.exists(f"/proc/self/fd/{n}")),
}
print(json.dumps(state))
"""


def told(outcome_text: str) -> dict:
    return json.loads(next(line for line in outcome_text.splitlines() if line.startswith("{")))


def test_everything_a_flow_can_see(project: Project) -> None:
    project.warm_up(STATE)
    project.flow(STATE)
    cold, warm = told(project.cold(FOO="ü b=r").stdout), told(project.warmly(FOO="ü b=r").stdout)
    # What switches it off, what asks to be told, and `--verbose`, are the test's own difference.
    for state in (cold, warm):
        state["environment"].pop("SPINLOOM_SPIN_DAEMON")
        for words in ("argv", "orig_argv"):
            state[words] = [word for word in state[words] if word != "--verbose"]
    assert warm == cold


def test_mask_limits_and_ignored_signals(project: Project) -> None:
    project.warm_up(STATE)
    shell = f"umask 027; ulimit -n 77 -t 1000; trap '' HUP USR1; exec {' '.join(project.words())}"
    states = []
    for daemon in ("1", "0"):
        env = project.env | {"SPINLOOM_SPIN_DAEMON": daemon}
        told_by = subprocess.run(["sh", "-c", shell], cwd=project.folder, env=env, capture_output=True, text=True)
        states.append({name: told(told_by.stdout)[name] for name in ("umask", "limits", "signals")})
    warm, cold = states
    assert warm == cold
    assert warm["umask"] == 0o027
    assert warm["signals"][signal.SIGHUP - 1] == "1", "Handlers.SIG_IGN"
    assert project.figures["warm"] == 1


def test_another_folder(project: Project) -> None:
    body = "import os, helper; print(os.getcwd(), helper.__file__)"
    (project.folder / "flows").mkdir()
    (project.folder / "flows/helper.py").write_text("")
    project.flow(body, "flows/flow.py")
    assert project.check(name="flows/flow.py").exit_code == 0
    project.ready()
    warm = project.warmly(name="flows/flow.py")
    assert warm.stdout.startswith(f"{project.folder} {project.folder}/flows/helper.py\n")


def test_the_users_own_modules_are_always_fresh(project: Project) -> None:
    project.flow("import helper; print(helper.ANSWER)")
    for answer in (1, 23, 456):
        (project.folder / "helper.py").write_text(f"ANSWER = {answer}\n")
        outcome = project.check() if answer == 1 else project.warmly()
        assert outcome.stdout.startswith(f"{answer}\n")
    assert project.figures["warm"] == 2


def test_chance_is_that_of_a_fresh_process(project: Project) -> None:
    body = "import random, uuid; print(random.random(), uuid.uuid4())"
    project.warm_up(body)
    project.flow(body)
    assert len({project.warmly().stdout for _ in range(3)}) == 3


def test_what_is_printed_is_printed_once_and_in_order(project: Project) -> None:
    body = """
    import os, sys
    print("one")
    sys.stdout.flush()
    os.write(1, b"two\\n")
    sys.__stdout__.write("three\\n")
    print("four", file=sys.stderr)
    """
    project.warm_up(body)
    project.flow(body)
    warm, cold = project.warmly(), project.cold()
    assert (warm.stdout, warm.stderr) == (cold.stdout, cold.stderr)


def test_exit_handlers_and_threads_are_waited_for(project: Project) -> None:
    body = """
    import atexit, threading, time
    atexit.register(print, "at exit")
    threading.Thread(target=lambda: (time.sleep(0.2), print("thread"))).start()
    """
    project.warm_up(body)
    project.flow(body)
    warm, cold = project.warmly(), project.cold()
    assert warm.text == cold.text
    assert warm.stdout.endswith("thread\nat exit\n")


def test_processes_and_threads_of_a_flow(project: Project) -> None:
    (project.folder / "work.py").write_text("def double(x):\n    return 2 * x\n")
    body = """
    import multiprocessing, os, subprocess, sys
    from concurrent.futures import ThreadPoolExecutor
    import work
    if __name__ == "__main__":
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                print(method, pool.map(work.double, range(3)))
        with ThreadPoolExecutor(2) as pool:
            print(list(pool.map(work.double, range(3))))
        print(subprocess.run([sys.executable, "-c", "import os; print('child', os.getcwd())"], stdout=-1, text=True).stdout)
        pid = os.fork()
        if not pid:
            os._exit(5)
        print("forked", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """
    project.warm_up(body)
    project.flow(body)
    warm, cold = project.warmly(), project.cold()
    assert warm.exit_code == cold.exit_code == 0, warm.text
    assert warm.stdout == cold.stdout


def test_two_at_once(project: Project) -> None:
    """They meet: neither waits for the other to be served."""
    body = """
    import os, sys, time
    from pathlib import Path
    Path(os.environ["ME"]).touch()
    while not Path(os.environ["OTHER"]).exists():
        time.sleep(0.01)
    print("met", os.environ["OTHER"])
    """
    project.warm_up("import os, sys, time; from pathlib import Path")
    project.flow(body)
    both = []
    for me, other in (("a", "b"), ("b", "a")):
        env = project.env | {"ME": me, "OTHER": other}
        both.append(subprocess.Popen(project.words(), cwd=project.folder, env=env, stdout=subprocess.PIPE, text=True))
    assert [one.communicate()[0].splitlines()[-1] for one in both] == ["met b", "met a"]
    assert project.figures["warm"] == 2
