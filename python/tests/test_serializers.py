"""AR-08: values that go through serializers of the user's or of packages, to the store and back."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from recorded import Folder, environment
from spinloom import encoding
from spinloom.exceptions import MetaflowDataMissing
from spinloom.serializers import ArtifactSerializer, SerializationFormat, SerializationMetadata, SerializedBlob

# A library, and a package that knows how to save what the library makes.
SHAPES = """
    class Circle:
        def __init__(self, radius):
            self.radius = radius

        def __reduce__(self):
            raise TypeError("circles are not for pickle")
"""
SAVER = """
    from spinloom.serializers import ArtifactSerializer, SerializationMetadata, SerializedBlob

    class CircleSerializer(ArtifactSerializer):
        TYPE = "circle"

        @classmethod
        def setup_imports(cls):
            cls.lazy_import("shapes")

        @classmethod
        def can_serialize(cls, obj):
            return isinstance(obj, cls.shapes.Circle)

        @classmethod
        def can_deserialize(cls, metadata):
            return metadata.encoding == "circle-v1"

        @classmethod
        def serialize(cls, obj, format="storage"):
            data = str(obj.radius).encode()
            info = {"unit": "cm"}
            return [SerializedBlob(data)], SerializationMetadata(str(type(obj)), len(data), "circle-v1", info)

        @classmethod
        def deserialize(cls, data, metadata=None, format="storage"):
            assert metadata.serializer_info == {"unit": "cm"} and type(data[0]) is bytes
            return cls.shapes.Circle(int(data[0]))
"""
FLOW = """
    import shapes
    from spinloom import FlowSpec, step

    class Round(FlowSpec):
        constant = shapes.Circle(1)

        @step
        def start(self):
            self.circle = shapes.Circle(5)
            self.number = 3
            self.next(self.end)

        @step
        def end(self):
            print("radii", self.constant.radius, self.circle.radius)
            self.circle.radius += 1

    if __name__ == "__main__":
        Round()
"""


def write(path: Path, source: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(source))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both installed, as pip leaves packages."""
    folder = tmp_path_factory.mktemp("site")
    write(folder / "shapes.py", SHAPES)
    write(folder / "circle_saver.py", SAVER)
    points = "[console_scripts]\nx = y:z\n\n[spinloom.serializers]\nshapes.circle = circle_saver:CircleSerializer\n"
    write(folder / "circle_saver-1.0.dist-info/entry_points.txt", points)
    return folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Folder:
    folder = Folder(tmp_path_factory.mktemp("round"), FLOW)
    done = python(folder, site, "flow.py", "run")
    assert done.returncode == 0, done.stderr
    return folder


def python(folder: Folder, site: Path | None, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = environment()
    if site is not None:
        kept["PYTHONPATH"] += os.pathsep + str(site)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder.path,
        env=kept,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


LOOK = """
from spinloom import Run, namespace
namespace(None)
task = Run("Round/1")["end"].task
try:
    print(task.data.circle.radius, [artifact.id for artifact in task], task.data.number)
except Exception as error:
    print(type(error).__name__, error, *error.__notes__)
"""


def test_steps_and_the_client_get_the_value_back(recorded: Folder, site: Path) -> None:
    task = recorded.client().run("Round/1")["end"].task
    assert task.stdout == "radii 1 5\n"
    assert task["circle"]._record["encoding"] == "circle-v1"
    assert task["circle"]._record["serializer"] == {
        "serializer": "circle",
        "class": "circle_saver:CircleSerializer",
        "type": "<class 'shapes.Circle'>",
        "info": {"unit": "cm"},
        "package": "circle_saver",
    }
    assert task["number"]._record["encoding"] == "pickle-v5"
    assert python(recorded, site, "-c", LOOK).stdout == "6 ['circle', 'constant', 'name', 'number'] 3\n"


def test_without_the_serializer_the_error_says_what_to_install(recorded: Folder) -> None:
    assert python(recorded, None, "-c", LOOK).stdout == (
        "MetaflowDataMissing cannot load the artifact `Round/1/end/2/circle`: its encoding is `circle-v1`, and the "
        "serializer that wrote it, `circle_saver.CircleSerializer`, is not here "
        "(when it was saved: Circle(radius=6)) hint: install the package `circle_saver`\n"
    )


def test_dump_shows_the_others(recorded: Folder, tmp_path: Path) -> None:
    write(tmp_path / "shapes.py", SHAPES)
    found = python(recorded, tmp_path, "flow.py", "dump", "1/end").stdout
    assert "circle [size: 1 type: shapes.Circle] = <cannot be read: its encoding is `circle-v1`" in found
    assert "when it was saved: Circle(radius=6)>" in found
    assert "number [size: 5 type: int] = 3" in found


@pytest.fixture
def alone() -> Iterator[None]:
    """No serializer is registered before the test, nor by it after."""
    kept = (list(encoding._active), list(encoding._waiting), dict(encoding._broken))
    encoding._active.clear()
    encoding._waiting.clear()
    yield
    encoding._active[:], encoding._waiting[:] = kept[:2]
    encoding._broken.clear()
    encoding._broken.update(kept[2])


class Base(ArtifactSerializer):
    """What serializers of text do; not complete, so it does not count."""

    @classmethod
    def can_deserialize(cls, metadata: Any) -> bool:
        return metadata.encoding == f"{cls.TYPE}-v1"

    @classmethod
    def serialize(cls, obj: Any, format: SerializationFormat = SerializationFormat.STORAGE) -> Any:
        assert format == "storage"
        return [SerializedBlob(obj.encode()), SerializedBlob(b"more")], SerializationMetadata(
            "str", 1, f"{cls.TYPE}-v1", {}
        )

    @classmethod
    def deserialize(
        cls, data: Any, metadata: Any = None, format: SerializationFormat = SerializationFormat.STORAGE
    ) -> Any:
        return (cls.TYPE, *data)


def text_serializer(name: str, priority: int = 100, **more: Any) -> Any:
    """A serializer for text that begins with its name."""
    claims = classmethod(lambda cls, obj: isinstance(obj, str) and obj.startswith("s"))
    return type(Base)(
        name, (Base,), {"__module__": "mine", "TYPE": name, "PRIORITY": priority, "can_serialize": claims, **more}
    )


def test_the_lowest_priority_is_asked_first_and_the_newest_among_equals(alone: None) -> None:
    for name, priority in (("late", 200), ("old", 100), ("new", 100)):
        text_serializer(name, priority)
    assert [one.TYPE for one in encoding.active()] == ["new", "old", "late"]
    assert encoding.for_value("sea", str).TYPE == "new"
    assert encoding.for_value("air", str) is None


def test_several_blobs(alone: None) -> None:
    text_serializer("text")
    stream, buffers, told = encoding.encode("sea", str) or pytest.fail("it was pickled")
    assert (stream, buffers) == (b"sea", [b"more"])
    known = {"type": "str", "size": 7, "encoding": "text-v1", "serializer": {"serializer": "text"}}
    assert '"encoding":"text-v1"' in told
    assert encoding.decode(stream, buffers, known) == ("text", b"sea", b"more")


def test_a_serializer_that_cannot_be_asked_is_skipped(alone: None) -> None:
    def bad(cls: Any, obj: Any) -> bool:
        raise KeyError("x")

    text_serializer("good")
    text_serializer("bad", 1, can_serialize=classmethod(bad))
    with pytest.warns(RuntimeWarning, match="serializer `bad` was skipped: `can_serialize` raised KeyError: 'x'"):
        assert encoding.for_value("sea", str).TYPE == "good"


def test_a_serializer_waits_for_the_module_it_lacks(alone: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def setup(cls: Any, context: Any = None) -> None:
        cls.lazy_import("not_here_yet")

    text_serializer("waits", setup_imports=classmethod(setup))
    assert encoding.for_value("sea", str) is None
    monkeypatch.setitem(sys.modules, "not_here_yet", type(sys)("not_here_yet"))
    assert encoding.for_value("sea", str).TYPE == "waits"


def test_failures_are_told(alone: None) -> None:
    def bad(cls: Any, obj: Any, format: Any = None) -> Any:
        raise KeyError("x")

    text_serializer("bad", serialize=classmethod(bad))
    with pytest.raises(Exception, match=r"its serializer `mine\.bad` failed: KeyError: 'x'"):
        encoding.encode("sea", str)


def test_references_are_refused(alone: None) -> None:
    def refers(cls: Any, obj: Any, format: Any = None) -> Any:
        return [SerializedBlob("somewhere")], SerializationMetadata("str", 1, "e", {})

    text_serializer("refers", serialize=classmethod(refers))
    with pytest.raises(Exception, match="made references, where bytes are needed"):
        encoding.encode("sea", str)


def test_a_type_of_its_own_is_needed(alone: None) -> None:
    parent = text_serializer("parent")
    with pytest.raises(TypeError, match="has no `TYPE` of its own: `parent` is that of a class it is made from"):
        type(parent)("child", (parent,), {})


def test_who_wrote_it_is_named_where_nobody_can_read(alone: None) -> None:
    known = {"type": "T", "size": 1, "encoding": "odd", "serializer": {"class": "__main__:Mine", "serializer": "mine"}}
    with pytest.raises(MetaflowDataMissing, match=r"`__main__\.Mine`, is not here") as raised:
        encoding.decode(b"", [], known)
    assert raised.value.hints == ["the flow file defines `Mine`; move it to a module that both can import"]


def test_names_of_metaflow() -> None:
    """CL-07."""
    code = (
        "import spinloom.compat.metaflow.loader as loader\n"
        "names = loader.load('metaflow.datastore.artifacts.serializer')\n"
        "from spinloom.serializers import ArtifactSerializer\n"
        "assert names.ArtifactSerializer is ArtifactSerializer\n"
        "assert loader.load('metaflow.datastore.artifacts').SerializedBlob"
    )
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True)


def test_the_usual_types_do_not_make_anybody_look_for_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "_entry_points", lambda: pytest.fail("looked"))
    for value in (1, "x", [1], {"a": 1}, Path("/a")):
        encoding.for_value(value, type(value))
