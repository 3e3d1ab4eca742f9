"""Other values for artifacts that a spun step reads: `--set`, and the module of `--artifacts-module` (RE-13)."""

from __future__ import annotations

import pickle

from ..encoding import encode
from ..exceptions import MetaflowException
from ..previews import Previews
from .boundary import failure_record
from .pickling import dump, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_REPLACED: list[Any] = []


def _replaced(position: int) -> Any:
    return _REPLACED[position]


class _Reference:
    """Unpickles to the object itself: values that cannot be pickled may be given too."""

    def __init__(self, value: Any) -> None:
        self.position = len(_REPLACED)
        _REPLACED.append(value)

    def __reduce__(self) -> Any:
        return _replaced, (self.position,)


class Overlay:
    """A task's context whose inputs have other values in places."""

    def __init__(self, ctx: Any, values: list[dict[str, Any]]) -> None:
        self._ctx = ctx
        self._values = values
        self._streams = [{name: pickle.dumps(_Reference(value), 5) for name, value in one.items()} for one in values]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def load(self, position: int, name: str) -> tuple[bytes, list[Any]]:
        """Stream and buffers of an artifact of an input. Raises `KeyError` if there is none."""
        stream = self._streams[position].get(name)
        return self._ctx.load(position, name) if stream is None else (stream, [])

    def input_artifacts(self, position: int) -> list[tuple[str, str]]:
        """Names and hashes of an input's artifacts."""
        found = dict(self._ctx.input_artifacts(position))
        for name, value in self._values[position].items():
            try:
                found[name] = self._ctx.weigh(*dump(value))
            except Exception:  # pickling runs the user's code, which may raise anything
                found[name] = f"object {id(value)}"
        return list(found.items())

    def inherit(self, position: int, name: str) -> None:
        """Carries an artifact of an input on."""
        if name in self._values[position]:
            self._save(position, name)
        else:
            self._ctx.inherit(position, name)

    def inherit_all(self, position: int, but: set[str]) -> None:
        """Carries all artifacts of an input on, but for some."""
        replaced = self._values[position].keys() - but
        self._ctx.inherit_all(position, set(but) | replaced)
        for name in replaced:
            self._save(position, name)

    def _save(self, position: int, name: str) -> None:
        value = self._values[position][name]
        stream, buffers, *told = encode(value, type(value)) or dump(value)
        self._ctx.save(name, type_name(value), stream, buffers, Previews().note(name, value, *told))


def artifacts_of(file: str) -> dict[str, Any]:
    """The dictionary `ARTIFACTS` of a Python file."""
    import runpy

    try:
        module = runpy.run_path(file)
    except OSError as error:
        problem = f"the module of artifacts `{file}` cannot be read: {error.strerror}"
        raise MetaflowException(problem, code="SL0103") from error
    except Exception as error:  # the module may do anything
        record = failure_record(error)
        what = f"the module of artifacts `{file}` failed: {record['kind']}: {record['message']}"
        raise MetaflowException(what, record.get("line"), record.get("file"), code="SL0103") from error
    found = module.get("ARTIFACTS")
    if not isinstance(found, dict):
        what = "has no dictionary `ARTIFACTS`" if found is None else f"has `ARTIFACTS` of type `{type_name(found)}`"
        hint = 'write `ARTIFACTS = {"name": value, …}`'
        raise MetaflowException(f"the module of artifacts `{file}` {what}", 1, file, [hint], code="SL0103")
    return found


def for_inputs(given: dict[str, Any], spec: dict[str, Any], file: str | None) -> list[dict[str, Any]]:
    """What is given, for each input. Of a join, keys that name a parent stand for that one, others for all of them."""
    inputs = spec["inputs"]
    values: list[dict[str, Any]] = [{} for _ in inputs]
    for key, value in given.items():
        if not (spec["join"] and "/" in key):
            for one in values:
                one[key] = value
            continue
        places = [i for i, parent in enumerate(inputs) if _names(key, parent, spec)]
        if not places or not isinstance(value, dict):
            known = ", ".join(f"`{spec['origin_run']}/{one['step']}/{one['task']}`" for one in inputs[:5])
            what = f"`{key}` of `ARTIFACTS` names none of the tasks that `{spec['step']}` joins"
            if places:
                what = f"`{key}` of `ARTIFACTS` stands for a task, so its value must be a dictionary of artifacts"
            raise MetaflowException(what, 1, file, [f"the tasks are {known}"], code="SL0103")
        for i in places:
            values[i].update(value)
    return values


def _names(key: str, parent: dict[str, Any], spec: dict[str, Any]) -> bool:
    whole = f"{spec['flow']}/{spec['origin_run']}/{parent['step']}/{parent['task']}"
    return whole == key or whole.endswith("/" + key)
