"""The Client: everything recorded about flows, runs, steps, tasks and artifacts, read from scripts and notebooks.

``Flow("TrainFlow").latest_run.data.model`` is the usual way in; :class:`Client` is the way to read a store other than
the default one, or two of them at once.
"""

from .artifact import DataArtifact
from .base import MetaflowObject
from .code import MetaflowCode
from .data import MetaflowArtifacts, MetaflowData
from .flow import Flow
from .metadata import Metadata
from .run import Run
from .session import (
    Client,
    default_metadata,
    default_namespace,
    get_metadata,
    get_namespace,
    inspect_spin,
    metadata,
    namespace,
)
from .step import Step
from .task import Task
from .top import Metaflow

__all__ = [
    "Client",
    "DataArtifact",
    "Flow",
    "Metadata",
    "Metaflow",
    "MetaflowArtifacts",
    "MetaflowCode",
    "MetaflowData",
    "MetaflowObject",
    "Run",
    "Step",
    "Task",
    "default_metadata",
    "default_namespace",
    "get_metadata",
    "get_namespace",
    "inspect_spin",
    "metadata",
    "namespace",
]
