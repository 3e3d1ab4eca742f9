"""`python -m spinloom sweep-host flow.py OBJECTIVE`: has the flow imported, and forks an ordinary run for each line it reads.

A line asks for `{"trial", "argv", "log", "run_id_file"}`; a line answers `{"trial", "exit", "run", "objective", "why"}`. Nothing here
may start a thread: what is forked must find one.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
from contextlib import suppress

from ..classes import flow_class
from ..launch import Door
from ..worker.process import Snapshot, begin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from ..flow import FlowSpec


class Host:
    """Answers on `channel`; what is imported prints to standard error."""

    def __init__(self, objective: str) -> None:
        self.objective = objective
        self.channel = os.dup(1)
        os.set_inheritable(self.channel, False)
        os.dup2(2, 1)
        self.running: dict[int, dict[str, Any]] = {}
        self.snapshot: Any = None

    def serve(self, flow: FlowSpec) -> NoReturn:
        """Runs trials of `flow` until nobody asks for more."""
        self._prepare(flow)
        wake, woken = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(woken, False)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        chosen = selectors.DefaultSelector()
        chosen.register(0, selectors.EVENT_READ)
        chosen.register(wake, selectors.EVENT_READ)
        pending = b""
        while True:
            for key, _ in chosen.select():
                if key.fd == wake:
                    with suppress(BlockingIOError):
                        os.read(wake, 4096)
                    self._reap()
                    continue
                read = os.read(0, 65536)
                if not read:
                    self._stop()
                pending += read
                *lines, pending = pending.split(b"\n")
                for line in lines:
                    self._start(flow, json.loads(line), chosen, (wake, woken))

    def _prepare(self, flow: FlowSpec) -> None:
        from .. import _native, client, host  # noqa: F401  (loaded once, for all trials)

        with open(Door.script or "", "rb") as handle:
            import hashlib

            digest = hashlib.blake2b(handle.read(), digest_size=16).hexdigest()
        described = flow_class(type(flow))
        self.snapshot = Snapshot()
        self.snapshot.find_generators()
        gc.collect()
        gc.freeze()
        self._say(
            {
                "flow": type(flow).__name__,
                "parameters": [one.name for one in described.parameters.values()],
                "configs": [one._declared.name for one in described.configs.values()],
                "digest": digest,
            }
        )

    def _say(self, what: dict[str, Any]) -> None:
        data = json.dumps(what).encode() + b"\n"
        while data:
            data = data[os.write(self.channel, data) :]

    def _start(self, flow: FlowSpec, request: dict[str, Any], chosen: Any, ours: tuple[int, ...]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        process = os.fork()
        if process:
            self.running[process] = request
            return
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            # A run whose process has more open than it was started with forks no tasks.
            chosen.close()
            for descriptor in (*ours, self.channel):
                os.close(descriptor)
            code = self._run(flow, request)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code & 0xFF)

    def _run(self, flow: FlowSpec, request: dict[str, Any]) -> int:
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        os.close(nothing)
        begin(self.snapshot)
        from .. import _native
        from ..host import FlowHost

        argv = request["argv"]
        Door.argv = argv
        script = Door.script or ""
        sys.argv = [script, *argv]
        # What starts this very command line again, for tasks that need an interpreter of their own.
        sys.orig_argv[:] = [sys.executable, "-m", "spinloom", argv[0], script, *argv[1:]]
        try:
            made = FlowHost(type(flow), surface="native", script=Door.script, template=flow.__dict__)
            code: int = _native.run_cli(argv, made)
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
            return 1
        if code == 0 and self.objective:
            self._note_objective(type(flow).__name__, request)
        return code

    def _note_objective(self, flow: str, request: dict[str, Any]) -> None:
        """Writes down what the objective came to: here, where loading it may do anything."""
        from ..client import Client

        noted: dict[str, Any] = {}
        try:
            with open(request["run_id_file"]) as handle:
                run = handle.read().strip()
            noted["objective"] = float(getattr(Client(namespace=None).run(f"{flow}/{run}").data, self.objective))
        except Exception as error:  # of loading the artifact, which may be anything
            noted["why"] = f"the objective `{self.objective}` cannot be read: {error}"
        with open(request["log"] + ".json", "w") as handle:
            json.dump(noted, handle)

    def _reap(self) -> None:
        while self.running:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not process:
                return
            request = self.running.pop(process, None)
            if request is not None:
                self._say(self._result(request, status))

    def _result(self, request: dict[str, Any], status: int) -> dict[str, Any]:
        code = os.waitstatus_to_exitcode(status)
        answer: dict[str, Any] = {"trial": request["trial"], "exit": code, "run": None, "objective": None, "why": None}
        with suppress(OSError), open(request["run_id_file"]) as handle:
            answer["run"] = handle.read().strip() or None
        if code != 0:
            answer["why"] = _last_words(request["log"], code)
        with suppress(OSError, ValueError), open(request["log"] + ".json") as handle:
            answer |= json.load(handle)
        return answer

    def _stop(self) -> NoReturn:
        """Whoever asked is gone: what runs is stopped, as Ctrl-C would."""
        for process in self.running:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        for process in list(self.running):
            with suppress(ChildProcessError):
                os.waitpid(process, 0)
        os._exit(0)


def _last_words(log: str, code: int) -> str:
    """Why a run failed, in a line: the first that says error, else the last."""
    with suppress(OSError), open(log, errors="replace") as handle:
        lines = [line.strip() for line in handle if line.strip()]
        for line in lines:
            if line.startswith("error") or "Error" in line:
                return line[:200]
        if lines:
            return lines[-1][:200]
    return f"it was killed by signal {-code}" if code < 0 else f"it ended with exit code {code}"


def prepare(objective: str) -> None:
    """Has the flow's file, once it is imported, serve trials instead of running."""
    Door.instead = Host(objective).serve
