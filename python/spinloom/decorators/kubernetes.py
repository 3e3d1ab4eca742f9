"""`@kubernetes`: a step that runs as a pod."""

from __future__ import annotations

from . import remote
from .base import make_decorator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Kubernetes(remote.Remote):
    """Runs the step on Kubernetes, with `cpu` cores, `memory` and `disk` megabytes, and `gpu` devices of `gpu_vendor`.

    Of these and what `@resources` asks for, the larger counts. `image` is what its container is made of;
    `node_selector`, `tolerations`, `namespace`, `qos` and the like say where and how its pod runs. This version checks
    and records all that, and runs every step on this machine: `run --without kubernetes` does so in spite of it.
    """

    name = "kubernetes"
    defaults: dict[str, Any] = {
        "cpu": "1",
        "memory": "4096",
        "disk": "10240",
        "image": None,
        "image_pull_policy": None,
        "image_pull_secrets": None,
        "service_account": None,
        "secrets": None,
        "node_selector": None,
        "namespace": None,
        "gpu": None,
        "gpu_vendor": None,
        "tolerations": None,
        "labels": None,
        "annotations": None,
        "use_tmpfs": None,
        "tmpfs_tempdir": True,
        "tmpfs_size": None,
        "tmpfs_path": "/metaflow_temp",
        "persistent_volume_claims": None,
        "shared_memory": None,
        "port": None,
        "compute_pool": None,
        "executable": None,
        "hostname_resolution_timeout": 600,
        "qos": "burstable",
        "extended_resources": {},
        "security_context": None,
    }
    rules = {
        "cpu": remote.positive,
        "memory": remote.positive,
        "disk": remote.positive,
        "image": remote.text,
        "image_pull_policy": remote.one_of("Always", "IfNotPresent", "Never"),
        "image_pull_secrets": remote.texts,
        "service_account": remote.text,
        "secrets": remote.texts,
        "node_selector": remote.labels,
        "namespace": remote.text,
        "gpu": remote.whole,
        "gpu_vendor": remote.one_of("nvidia", "amd"),
        "tolerations": remote.mappings,
        "labels": remote.mapping,
        "annotations": remote.mapping,
        "use_tmpfs": remote.switch,
        "tmpfs_tempdir": remote.switch,
        "tmpfs_size": remote.whole,
        "tmpfs_path": remote.text,
        "persistent_volume_claims": remote.mapping,
        "shared_memory": remote.whole,
        "port": remote.whole,
        "compute_pool": remote.text,
        "executable": remote.text,
        "hostname_resolution_timeout": remote.whole,
        "qos": remote.one_of("Guaranteed", "Burstable"),
        "extended_resources": remote.mapping,
        "security_context": remote.mapping,
    }


kubernetes = make_decorator(Kubernetes)
