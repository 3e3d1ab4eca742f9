"""A store in memory with the `TaskContext` a task process is given, and a bench to run steps one after another."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

from spinloom.host import FlowHost

Saved = dict[str, tuple[str, bytes, list[bytes]]]


class MemoryContext:
    """What one attempt may read and write; manifests live in a dictionary."""

    def __init__(self, manifests: dict[str, Saved], spec: dict[str, Any]) -> None:
        self.manifests = manifests
        self.spec_data = spec
        self.spec = json.loads(json.dumps(spec))
        self.saved: Saved = {}
        self.notes: dict[str, Any] = {}
        self.inherited: list[str] = []
        self.loads: list[tuple[int, str]] = []
        self.result: dict[str, Any] | None = None

    def _input(self, i: int) -> Saved:
        base = self.manifests.get(self.spec_data["base"], {})
        return {**base, **self.manifests[self.spec_data["inputs"][i]["manifest"]]}

    def input_artifacts(self, i: int) -> list[tuple[str, str]]:
        return [(name, content_hash(entry)) for name, entry in self._input(i).items()]

    def load(self, i: int, name: str) -> tuple[bytes, list[bytearray]]:
        self.loads.append((i, name))
        _, stream, buffers = self._input(i)[name]
        return stream, [bytearray(buffer) for buffer in buffers]

    def spool(self) -> io.BytesIO:
        return io.BytesIO()

    def save(self, name: str, type_name: str, stream: Any, buffers: list[Any], note: str | None = None) -> None:
        assert self.result is None, "nothing can be saved after the end"
        if isinstance(stream, io.BytesIO):
            stream = stream.getvalue()
        assert isinstance(stream, bytes)
        self.saved[name] = (type_name, stream, [bytes(buffer) for buffer in buffers])
        self.notes[name] = json.loads(note) if note is not None else {}

    def carried(self, name: str) -> bool:
        return self.saved[name] == self._input(0).get(name)

    def describe(self, name: str, preview: str) -> None:
        self.notes[name]["preview"] = json.loads(preview)

    def inherit(self, i: int, name: str) -> None:
        self.inherited.append(name)
        self.saved[name] = self._input(i)[name]

    def inherit_all(self, i: int, except_: set[str]) -> None:
        for name in self.manifests[self.spec_data["inputs"][i]["manifest"]]:
            if name not in except_:
                self.inherit(i, name)

    def finish(self, result_json: str, _began: int = 0, _ended: int = 0) -> None:
        assert self.result is None, "an attempt ends once"
        self.result = json.loads(result_json)


def content_hash(entry: tuple[str, bytes, list[bytes]]) -> str:
    """The content address of an artifact."""
    digest = hashlib.sha256(entry[1])
    for buffer in entry[2]:
        digest.update(buffer)
    return digest.hexdigest()


class Bench:
    """Runs single tasks of a flow against a store in memory."""

    def __init__(self, cls: type, values: dict[str, Any] | None = None) -> None:
        self.host = FlowHost(cls, script="flow.py")
        self.manifests: dict[str, Saved] = {}
        self.tasks = 0
        ctx = MemoryContext(self.manifests, self._spec("_parameters", [], [], 0, 1, False))
        graph_info = {"$graph_info": {"steps": list(self.host.flow.steps)}}
        self.host.init_task(ctx, json.dumps({**(values or {}), **graph_info}))
        self.manifests["base"] = ctx.saved

    def _spec(
        self,
        step: str,
        inputs: list[MemoryContext],
        frames: list[dict[str, Any]],
        attempt: int,
        attempts: int,
        join: bool,
    ) -> dict[str, Any]:
        parents = [
            {
                "step": ctx.spec_data["step"],
                "task": ctx.spec_data["task"],
                "manifest": f"m{ctx.spec_data['task']}",
                "index": ctx.spec_data["frames"][-1]["index"] if ctx.spec_data["frames"] else None,
            }
            for ctx in inputs
        ]
        start = [{"step": "_parameters", "task": 0, "manifest": "base", "index": None}] if step != "_parameters" else []
        return {
            "flow": "F", "run": "7", "step": step, "task": self.tasks, "attempt": attempt, "max_attempts": attempts,
            "join": join, "inputs": parents or start, "frames": frames, "base": "base", "origin_run": None,
            "namespace": "user:ann", "user": "ann", "tags": ["blue"], "store": "/nowhere/.spinloom",
        }  # fmt: skip

    def run(
        self,
        step: str,
        *inputs: MemoryContext,
        frames: list[dict[str, Any]] | None = None,
        attempt: int = 0,
        attempts: int = 1,
        join: bool = False,
    ) -> MemoryContext:
        """Runs one attempt of `step` and keeps what it saved."""
        from spinloom.worker.run import run_attempt

        self.tasks += 1
        ctx = MemoryContext(self.manifests, self._spec(step, list(inputs), frames or [], attempt, attempts, join))
        run_attempt(self.host, ctx)
        assert ctx.result is not None
        self.manifests[f"m{self.tasks}"] = ctx.saved
        return ctx

    def value(self, ctx: MemoryContext, name: str) -> Any:
        """An artifact of a task, what all tasks share included."""
        from spinloom.worker.pickling import load

        _, stream, buffers = {**self.manifests["base"], **ctx.saved}[name]
        return load(stream, [bytearray(buffer) for buffer in buffers])


def frame(step: str, var: str, index: int, count: int) -> dict[str, Any]:
    """A foreach frame of a task's spec."""
    return {"step": step, "var": var, "index": index, "count": count}
