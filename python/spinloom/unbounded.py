"""Fan-outs whose width is not the length of a list: gangs (`num_parallel`), and inputs that say themselves how far they go."""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PARALLEL_VARIABLE = "_parallel_ubf_iter"
"""The attribute a gang seems to fan out over, as in Metaflow."""

_ADDRESS = "127.0.0.1"


class UnboundedForeachInput:
    """Base class of a foreach's items whose number nobody knows beforehand.

    A subclass has `__iter__`, or `__getitem__` that raises `IndexError` beyond the last item. Its items are counted when
    the step that fans out over it ends; each task then asks for its own with `self.input`.
    """


class ParallelUBF(UnboundedForeachInput):
    """What `num_parallel` fans out over: the numbers of the nodes."""

    def __init__(self, num_parallel: int) -> None:
        self.num_parallel = num_parallel

    def __len__(self) -> int:
        return self.num_parallel

    def __getitem__(self, item: int | None) -> int | None:
        if item is not None and not 0 <= item < self.num_parallel:
            raise IndexError(item)
        return item


class Parallel(NamedTuple):
    """`current.parallel`: where a task is in its gang."""

    main_ip: str
    """Address of the control task's machine."""
    num_nodes: int
    """How many tasks the gang has."""
    node_index: int
    """Which of them this is, from 0; 0 is the control task."""
    control_task_id: str
    """Id of the control task."""

    def environment(self) -> dict[str, str]:
        """The same as variables of the process."""
        return {
            "MF_PARALLEL_MAIN_IP": self.main_ip,
            "MF_PARALLEL_NUM_NODES": str(self.num_nodes),
            "MF_PARALLEL_NODE_INDEX": str(self.node_index),
            "MF_PARALLEL_CONTROL_TASK_ID": self.control_task_id,
        }


def place_in_gang(spec: Mapping[str, Any]) -> Parallel | None:
    """Where the task of `spec` is in its gang; `None` if it belongs to none."""
    if spec.get("control") is None:
        return None
    frame = spec["frames"][-1]
    return Parallel(_ADDRESS, frame["count"], frame["index"], str(spec["control"]))


def members(spec: Mapping[str, Any]) -> list[str]:
    """Pathspecs, without the flow, of a gang's tasks: their ids follow each other."""
    first, count = spec["control"], spec["frames"][-1]["count"]
    return [f"{spec['run']}/{spec['step']}/{first + node}" for node in range(count)]
