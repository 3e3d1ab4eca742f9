"""`merge_artifacts`: what the inputs of a join agree on."""

from __future__ import annotations

from ..exceptions import (
    MetaflowException,
    MissingInMergeArtifactsException,
    UnhandledInMergeArtifactsException,
)
from .inputs import InputView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..flow import FlowSpec
    from .task import TaskState


def merge(task: TaskState, flow: FlowSpec, inputs: Iterable[Any], exclude: list[str], include: list[str]) -> None:
    """Notes which input each agreed artifact comes from: by content hash, all or nothing, no value loaded."""
    from .task import INTERNAL

    skip = {*exclude, *flow.__dict__, *task.merged, *task.flow.shared, *INTERNAL}
    seen: dict[str, tuple[str, int]] = {}
    conflicting: list[str] = []
    for view in inputs:
        if not isinstance(view, InputView):
            raise MetaflowException("`merge_artifacts` takes the `inputs` of the join, or some of them", code="SL0201")
        position = object.__getattribute__(view, "__spinloom_position__")
        for name, content in task.ctx.input_artifacts(position):
            if name in skip or (include and name not in include):
                continue
            first = seen.setdefault(name, (content, position))
            if first[0] != content and name not in conflicting:
                conflicting.append(name)
    missing = [name for name in include if name not in seen and name not in skip]
    if missing:
        raise MissingInMergeArtifactsException(
            f"step `{task.step}` wants to merge {_list(missing)}, which none of its inputs has", missing
        )
    if conflicting:
        error = UnhandledInMergeArtifactsException(
            f"step `{task.step}` cannot merge {_list(conflicting)}: the inputs have different values", conflicting
        )
        error.hints = ["set them before calling `merge_artifacts`, or name them in `exclude`"]
        raise error
    task.merged.update({name: position for name, (_, position) in seen.items()})


def _list(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
