"""Runs one step in this process, on its terminal, and tells how what it made differs from what is recorded."""

from __future__ import annotations

import json
import os
import pickle
import sys
from contextlib import contextmanager, suppress

from .. import texts
from ..context import current
from ..encoding import encode
from . import boundary
from .overlay import Overlay, artifacts_of, for_inputs
from .persist import is_artifact, save_artifacts
from .pickling import ATOMS, OUT_OF_BAND, dump, type_name
from .plan import StepPlan
from .run import finish, run_step
from .task import TaskState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..flow import FlowSpec
    from ..host import FlowHost

# What is pickled only to be compared is given up beyond this: bytes of the stream and of buffers.
_STREAM = 4 << 20
_BUFFERS = 256 << 20
_LONGEST = 60
_PLAIN = frozenset(["int", "float", "bool", "str", "bytes", "NoneType", "complex"])


def spin(host: FlowHost, ctx: Any, request: dict[str, Any]) -> str:
    """Runs the task `ctx` is about. Returns its result (see the task protocol), as JSON."""
    with _data_apart(request["data_apart"]):
        return _spin(host, ctx, request)


def _spin(host: FlowHost, ctx: Any, request: dict[str, Any]) -> str:
    task, plan = _task(host, ctx, request)
    if ctx.keeps:
        _tee(ctx)
    flow = host.instance(task)
    os.environ.update(plan.variables)
    current._begin(task)
    cards = plan.cards if ctx.keeps else None
    if cards is not None:
        cards.begin(task, flow)
    count, error = run_step(task, plan, flow)
    with suppress(AttributeError, OSError, ValueError):  # the step closed or replaced it
        sys.stdout.flush()
    artifacts, carried = _artifacts(task, flow), _carried(task)
    if ctx.keeps:
        problem = save_artifacts(task, flow)
        if cards is not None:
            cards.finish(task, (error or problem) is None)
        result = json.loads(finish(task, plan, count, error or problem, None))
    elif error is not None:
        record = boundary.failure_record(error)
        boundary.tell_failure(error, record)
        result = {"ok": False, "failure": record}
    else:
        result = {"ok": True}
    if error is not None and request["post_mortem"] and error.__traceback__ is not None:
        _look_around(error)
    current._end()
    code = [task.began // 1000, task.ended // 1000] if task.ended else None
    return json.dumps({**result, "artifacts": artifacts, "carried": carried, "code": code})


@contextmanager
def _data_apart(apart: bool) -> Iterator[None]:
    """With `--json`, standard output is for one object: what the step prints there goes to standard error."""
    if not apart:
        yield
        return
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        with suppress(AttributeError, OSError, ValueError):  # the step closed or replaced it
            sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _task(host: FlowHost, ctx: Any, request: dict[str, Any]) -> tuple[TaskState, StepPlan]:
    spec = ctx.spec
    file = request["artifacts_module"]
    given = {**(artifacts_of(file) if file else {}), **request["set"]}
    values = for_inputs(given, spec, file)
    task = TaskState(host, Overlay(ctx, values) if given else ctx, spec)
    for name in given.keys() & host.flow.shared:  # parameters and constants belong to no input
        task.replace(name, given[name])
    step = spec["step"]
    honoured = [one for one in host.decorators[step] if one.name in request["decorators"]]
    return task, StepPlan(host.step_document(step), host.flow.steps[step], honoured)


def _look_around(error: BaseException) -> None:
    import pdb

    pdb.post_mortem(error.__traceback__)


def _tee(ctx: Any) -> None:
    """Keeps what Python code prints, beside printing it. Whatever goes round `sys.stdout` is printed only."""

    def keeping(number: int, stream: Any) -> None:
        write = getattr(stream, "write", None)
        if write is None:  # it was closed when the process began
            return

        def both(text: str) -> int:
            ctx.log(number, text.encode("utf-8", "backslashreplace"))
            return write(text)

        with suppress(AttributeError):  # the flow put something of its own there
            stream.write = both

    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        keeping(number, stream)


def _artifacts(task: TaskState, flow: FlowSpec) -> list[dict[str, Any]]:
    """What the step made: name, type, size, hash, and what a person may want to see of it."""
    told = []
    for name, value in list(flow.__dict__.items()):
        if name.startswith("_") or not is_artifact(name, type(value)):
            continue
        recorded = task.ctx.recorded_artifact(name)
        size, digest = _weigh(task, name, value)
        told.append(
            {
                "name": name,
                "type": type_name(value),
                "size": size,
                "hash": digest,
                "looks": _looks(value),
                "was": _was(task, name, recorded),
            }
        )
    return told


def _carried(task: TaskState) -> list[str]:
    """Names of artifacts that the next step would have though this one never touched them."""
    if task.join:
        return list(task.merged)
    return [name for name, _ in task.ctx.input_artifacts(0)]


class _TooLarge(Exception):
    pass


class _Bounded:
    """A file that refuses more than it is worth to compare."""

    def __init__(self, room: int) -> None:
        self.parts: list[bytes] = []
        self.room = room

    def write(self, data: Any) -> int:
        size = len(data)
        self.room -= size
        if self.room < 0:
            raise _TooLarge
        self.parts.append(bytes(data))
        return size


def _weigh(task: TaskState, name: str, value: Any) -> tuple[int | None, str | None]:
    try:
        encoded = encode(value, type(value))
    except Exception:  # saving would say so
        return None, None
    if encoded is not None or type(value) in ATOMS:
        stream, buffers, *_ = encoded or dump(value)
        return len(stream) + sum(map(len, buffers)), task.ctx.weigh(stream, buffers)
    # A value that was only read is most often as it was: less is spent on it.
    read_only = task.loaded.get(name) is value
    file = _Bounded(_STREAM >> 4 if read_only else _STREAM)
    buffers = []
    room = _BUFFERS >> 4 if read_only else _BUFFERS

    def keep(buffer: pickle.PickleBuffer) -> bool:
        nonlocal room
        raw = buffer.raw()
        room -= raw.nbytes
        if room < 0:
            raise _TooLarge
        if raw.nbytes < OUT_OF_BAND:
            return True
        buffers.append(raw)
        return False

    try:
        texts.pickler(file, keep).dump(value)
    except Exception:  # too large, or it cannot be pickled: saving would say so
        return None, None
    stream = b"".join(file.parts)
    return len(stream) + sum(buffer.nbytes for buffer in buffers), task.ctx.weigh(stream, buffers)


def _looks(value: Any) -> str | None:
    if type(value) in ATOMS:
        return _short(repr(value))
    try:
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple) and all(isinstance(one, int) for one in shape):
            kind = getattr(value, "dtype", None)
            if not shape:
                return _short(str(value))
            size = " × ".join(map(str, shape))
            return f"{size} of {kind}" if kind is not None else size
        if isinstance(value, (list, tuple, dict, set, frozenset)):
            text = repr(value) if len(value) <= 8 else ""
            return text if text and len(text) <= _LONGEST else f"of {len(value)}"
    except Exception:  # a user's type may do anything when it is asked
        return None
    return None


def _was(task: TaskState, name: str, recorded: tuple[str, int] | None) -> str | None:
    """The recorded value, if it is a plain one and short."""
    if recorded is None or recorded[0] not in _PLAIN or recorded[1] > 1000:
        return None
    try:
        return _short(repr(pickle.loads(task.ctx.load_recorded(name))))
    except Exception:  # it is only shown
        return None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
