"""Other ways than pickle for values to become bytes: subclasses of `ArtifactSerializer` (AR-08).

A subclass counts from when it is defined. A package may also name it in the entry-point group `spinloom.serializers`:
`torch = "package.module:TorchSerializer"` is imported when a value whose class comes from the module `torch` is saved, or
one that it saved is read. The serializer with the lowest `PRIORITY` that can is taken; pickle comes last.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections import namedtuple
from enum import Enum
from importlib import import_module
from inspect import isabstract
from typing import Any

from . import encoding

__all__ = ["ArtifactSerializer", "SerializationFormat", "SerializationMetadata", "SerializedBlob", "SerializerStore"]


class SerializationFormat(str, Enum):  # noqa: UP042 (`str()` of a member is as in Metaflow)
    """What `serialize` makes: bytes to be stored, or text to be sent. Spinloom itself only asks for the first."""

    STORAGE = "storage"
    WIRE = "wire"


SerializationMetadata = namedtuple("SerializationMetadata", ["obj_type", "size", "encoding", "serializer_info"])
SerializationMetadata.__doc__ = """What is stored beside the bytes: `encoding` names their format and is what a reader
goes by; `serializer_info` is a dictionary, of anything that JSON has, for `deserialize`."""


class SerializedBlob:
    """Bytes that a serializer made. References to what is stored already cannot be used here."""

    def __init__(self, value: str | bytes, is_reference: bool | None = None) -> None:
        if not isinstance(value, (str, bytes)):
            raise TypeError(f"a blob is bytes, not a `{type(value).__name__}`")
        self.value = value
        self.is_reference = isinstance(value, str) if is_reference is None else is_reference

    @property
    def needs_save(self) -> bool:
        """Whether these are bytes yet to be stored."""
        return not self.is_reference


class SerializerStore(ABCMeta):
    """The class of serializer classes: notes each that is complete and has a `TYPE` of its own."""

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> None:
        super().__init__(name, bases, namespace)
        kind = getattr(cls, "TYPE", None)
        if kind is None or isabstract(cls):
            return
        if "TYPE" not in namespace:
            raise TypeError(
                f"serializer `{name}` has no `TYPE` of its own: `{kind}` is that of a class it is made from"
            )
        encoding.register(cls)

    @staticmethod
    def get_ordered_serializers() -> list[type[ArtifactSerializer]]:
        """The serializers there are, in the order in which they are asked."""
        return list(encoding.active())


class ArtifactSerializer(metaclass=SerializerStore):
    """Turns values of some types into bytes and back. All its methods are class methods."""

    TYPE: str | None = None
    """The serializer's name, unlike all others."""
    PRIORITY = 100
    """Lower ones are asked first; of equal ones, the one defined last."""

    @classmethod
    def setup_imports(cls, context: Any = None) -> None:
        """Imports what is dear to import, once, before the serializer is first asked.

        If that cannot be imported, the serializer waits until the module it lacks is there.
        """

    @classmethod
    def lazy_import(cls, module_path: str, alias: str | None = None) -> Any:
        """Imports a module and keeps it as an attribute of the class, by its last name or by `alias`."""
        name = module_path.rpartition(".")[2] if alias is None else alias
        kept = cls.__dict__.get(name)
        if name.startswith("_") or (hasattr(cls, name) and getattr(kept, "__name__", None) != module_path):
            raise ValueError(f"`{name}` cannot stand for the module `{module_path}`: it is taken")
        module = import_module(module_path)
        setattr(cls, name, module)
        return module

    @classmethod
    @abstractmethod
    def can_serialize(cls, obj: Any) -> bool:
        """Whether it is for this value."""

    @classmethod
    @abstractmethod
    def can_deserialize(cls, metadata: Any) -> bool:
        """Whether it can read what has this `SerializationMetadata`."""

    @classmethod
    @abstractmethod
    def serialize(cls, obj: Any, format: SerializationFormat = SerializationFormat.STORAGE) -> Any:
        """The value as a list of `SerializedBlob`, and its `SerializationMetadata`."""

    @classmethod
    @abstractmethod
    def deserialize(
        cls, data: Any, metadata: Any = None, format: SerializationFormat = SerializationFormat.STORAGE
    ) -> Any:
        """The value of a list of bytes, one for each blob."""
