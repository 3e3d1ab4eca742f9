"""A command served warm behaves on a terminal as if it ran there directly (architecture § 4)."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import termios

from support.terminal import Terminal

from .conftest import Project, is_alive, wait_until


def test_input(warmed: Project) -> None:
    warmed.flow("print('hello', input('who? '))")
    terminal = warmed.terminal()
    terminal.until(r"who\?$")
    terminal.type(b"ann\n")
    assert terminal.end() == 0
    assert "who? ann\nhello ann\n" in terminal.screen.text


def test_breakpoint(warmed: Project) -> None:
    warmed.flow("x = 6\nbreakpoint()\nprint('x is', x)")
    terminal = warmed.terminal()
    terminal.until(r"\(Pdb\)$")
    terminal.type(b"x = x * 7\n")
    terminal.until(r"x \* 7\n\(Pdb\)$")
    terminal.type(b"c\n")
    assert terminal.end() == 0
    assert "x is 42\n" in terminal.screen.text


def test_ctrl_c_ends_it_as_it_ends_python(warmed: Project) -> None:
    warmed.flow("import time\nprint('begun', flush=True)\ntime.sleep(60)")
    ends = []
    for daemon in ("1", "0"):
        terminal = warmed.terminal(SPINLOOM_SPIN_DAEMON=daemon)
        terminal.until("begun")
        terminal.type(b"\x03")
        ends.append((terminal.end(), "KeyboardInterrupt" in terminal.screen.text))
    assert ends == [(-signal.SIGINT, True)] * 2


def test_ctrl_c_can_be_caught(warmed: Project) -> None:
    body = """
    import time
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("caught")
    """
    warmed.flow(body)
    terminal = warmed.terminal()
    terminal.until("begun")
    terminal.type(b"\x03")
    assert terminal.end() == 0
    assert "caught\n" in terminal.screen.text


def test_the_size_of_the_window(warmed: Project) -> None:
    body = """
    import os, signal
    # Waited for, not handled: it may come while "first" is being printed.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
    print("first", os.get_terminal_size().columns, [os.isatty(fd) for fd in range(3)], flush=True)
    while os.get_terminal_size().columns == 80:
        signal.sigwait([signal.SIGWINCH])
    print("now", os.get_terminal_size().columns, flush=True)
    """
    warmed.flow(body)
    terminal = warmed.terminal(columns=80)
    terminal.until(r"first 80 \[True, True, True\]")
    fcntl.ioctl(terminal._master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 132, 0, 0))
    terminal.until("now 132")
    assert terminal.end() == 0


def test_colours(warmed: Project) -> None:
    warmed.flow("pass")
    terminal = warmed.terminal(NO_COLOR="", FORCE_COLOR="")
    assert terminal.end() == 0
    assert terminal.screen.coloured


def test_ctrl_z_and_fg(warmed: Project) -> None:
    warmed.flow("print('before', flush=True)\nprint('after', input())")
    warmed.ready()
    shell = Terminal(["/bin/bash", "--norc", "--noprofile", "-i"], warmed.folder, warmed.env | {"PS1": "$ "}, 80)
    shell.until(r"^\$$")
    shell.type(" ".join(warmed.words()).encode() + b"; echo it ended with $?\n")
    shell.until("^before")
    shell.type(b"\x1a")
    shell.until("Stopped")
    children = [pid for pid in os.listdir("/proc") if pid.isdigit() and _parent(pid) == warmed.figures["warm_pid"]]
    assert [_state(pid) for pid in children] == ["T"]
    shell.type(b"fg\n")
    shell.type(b"x\n")
    shell.until(r"after x\n[^$]*is valid")
    shell.type(b"exit\n")
    shell.end()


def _stat(pid: str) -> list[str]:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return ["X", "0"]


def _parent(pid: str) -> int:
    return int(_stat(pid)[1])


def _state(pid: str) -> str:
    return _stat(pid)[0]


def test_exit_status(warmed: Project) -> None:
    for body, code in (
        ("raise SystemExit(7)", 7),
        ("import os; os._exit(9)", 9),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("raise SystemExit('a last word')", 1),
    ):
        warmed.flow(body)
        warm, cold = warmed.warmly(), warmed.cold()
        assert warm.exit_code == cold.exit_code == code, body
        assert warm.text == cold.text


def test_a_signal_for_the_launcher_is_for_the_process(warmed: Project) -> None:
    warmed.flow("import time\nprint('begun', flush=True)\ntime.sleep(60)")
    terminal = warmed.terminal()
    terminal.until("begun")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.end() == -signal.SIGTERM


def test_a_launcher_that_is_killed_takes_its_process_along(warmed: Project) -> None:
    warmed.flow("import os, time\nprint('I am', os.getpid(), flush=True)\ntime.sleep(600)")
    terminal = warmed.terminal()
    pid = int(terminal.until(r"I am \d+$").split()[-1])
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.end() == -signal.SIGKILL
    wait_until(lambda: not is_alive(pid), "the process is gone")
