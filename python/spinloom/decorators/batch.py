"""`@batch`: a step that runs as a job of AWS Batch."""

from __future__ import annotations

from . import remote
from .base import make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Batch(remote.Remote):
    """Runs the step on AWS Batch, with `cpu` cores, `memory` megabytes and `gpu` devices.

    Of these and what `@resources` asks for, the larger counts. `image` is what its container is made of; `queue`,
    `iam_role` and the others say where and how the job runs. This version checks and records all that, and runs every
    step on this machine: `run --without batch` does so in spite of it.
    """

    name = "batch"
    defaults: dict[str, Any] = {
        "cpu": None,
        "gpu": None,
        "memory": None,
        "image": None,
        "queue": None,
        "iam_role": None,
        "execution_role": None,
        "shared_memory": None,
        "max_swap": None,
        "swappiness": None,
        "inferentia": None,
        "trainium": None,
        "efa": None,
        "host_volumes": None,
        "efs_volumes": None,
        "use_tmpfs": False,
        "aws_batch_tags": None,
        "tmpfs_tempdir": True,
        "tmpfs_size": None,
        "tmpfs_path": "/metaflow_temp",
        "ephemeral_storage": None,
        "log_driver": None,
        "log_options": None,
        "executable": None,
        "privileged": False,
    }
    rules = {
        "cpu": remote.positive,
        "gpu": remote.whole,
        "memory": remote.positive,
        "image": remote.text,
        "queue": remote.text,
        "iam_role": remote.text,
        "execution_role": remote.text,
        "shared_memory": remote.whole,
        "max_swap": remote.whole,
        "swappiness": remote.whole,
        "inferentia": remote.whole,
        "trainium": remote.whole,
        "efa": remote.whole,
        "host_volumes": remote.texts,
        "efs_volumes": remote.texts,
        "use_tmpfs": remote.switch,
        "aws_batch_tags": remote.mapping,
        "tmpfs_tempdir": remote.switch,
        "tmpfs_size": remote.whole,
        "tmpfs_path": remote.text,
        "ephemeral_storage": remote.whole,
        "log_driver": remote.text,
        "log_options": remote.texts,
        "executable": remote.text,
        "privileged": remote.switch,
    }

    def checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """See `Record.checked`."""
        if attributes["inferentia"] is not None and attributes["trainium"] is not None:
            raise self.problem("has both `inferentia` and `trainium`, which are two names of one thing")
        swappiness = attributes["swappiness"]
        if swappiness is not None and self.number("swappiness", swappiness) > 100:
            raise self.problem(f"needs a number from 0 to 100 for `swappiness`, not `{swappiness!r}`")
        return super().checked(attributes)


batch = make_decorator(Batch)
