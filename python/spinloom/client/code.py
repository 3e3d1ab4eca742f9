"""The code a run was started with."""

from __future__ import annotations

import io
import tarfile
from functools import cached_property
from tempfile import TemporaryDirectory
from typing import Any

from spinloom.exceptions import MetaflowDataMissing

from .provider import Provider


class MetaflowCode:
    """The code package of a run: the folder of its flow file as it was when the run started."""

    def __init__(self, provider: Provider, run: dict[str, Any]) -> None:
        self._provider = provider
        self._run = run

    @classmethod
    def of_run(cls, provider: Provider, run: dict[str, Any]) -> MetaflowCode | None:
        """The code of a run, given its record; None if none was kept."""
        return cls(provider, run) if run["info"].get("code_package") else None

    def __repr__(self) -> str:
        return f"<MetaflowCode: {self._run['flow']}/{self._run['run']} {self.script_name}>"

    @cached_property
    def _bytes(self) -> bytes:
        package = self._provider.code_package(self._run["flow"], self._run["run"])
        if package is None:
            raise MetaflowDataMissing(f"the code package of `{self._run['flow']}/{self._run['run']}` is gone")
        return package

    @property
    def path(self) -> str:
        """Where the package is: its content hash inside the store."""
        return f"{self._provider.root}#{self._run['info']['code_package']['hash']}"

    @property
    def info(self) -> dict[str, Any]:
        """What is known about the machine and the versions it ran with."""
        tags = dict(tag.split(":", 1) for tag in self._run["system_tags"] if ":" in tag)
        known = {key: value for key, value in self._run["info"].items() if not isinstance(value, (dict, list))}
        return {**known, **tags, "username": self._run["user"], "environment_type": "local", "script": self.script_name}

    @property
    def script_name(self) -> str:
        """Name of the flow file in the package."""
        script = self._run["info"].get("script", "")
        return script.rsplit("/", 1)[-1]

    @property
    def tarball(self) -> tarfile.TarFile:
        """The package, open for reading."""
        return tarfile.open(fileobj=io.BytesIO(self._bytes))

    @property
    def flowspec(self) -> bytes:
        """Source of the flow file."""
        with self.tarball as tar:
            member = tar.extractfile(self.script_name) if self.script_name in tar.getnames() else None
            if member is None:
                raise MetaflowDataMissing(f"the code package has no file `{self.script_name}`")
            return member.read()

    def extract(self) -> TemporaryDirectory:
        """The package in a temporary folder, deleted when the returned context ends."""
        folder = TemporaryDirectory(prefix="spinloom-code-")
        with self.tarball as tar:
            tar.extractall(folder.name, filter="data")
        return folder
