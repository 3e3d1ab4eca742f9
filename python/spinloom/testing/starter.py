"""A flow's file for a class: the file it is defined in need not start it, and may be a test's own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from spinloom.exceptions import MetaflowException

_TEMPLATE = """\
import importlib.util
import sys

sys.path[:] = {path!r}
spec = importlib.util.spec_from_file_location({module!r}, {file!r})
module = sys.modules[{module!r}] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
if __name__ == "__main__":
    module.{name}()
"""


@contextmanager
def flow_file(flow: type | str | os.PathLike[str]) -> Iterator[str]:
    """The file to run for a flow: itself if it is one already, else one that imports the class from where it is.

    Raises:
        MetaflowException: the class is not at the top level of a file, so no other process can import it.
    """
    if not isinstance(flow, type):
        yield os.fspath(flow)
        return
    module = sys.modules.get(flow.__module__)
    file = getattr(module, "__file__", None)
    if file is None or "." in flow.__qualname__:
        what = f"`{flow.__qualname__}` is not at the top level of a file, so no other process can import it"
        raise MetaflowException(
            what, hints=["move the class out of the function, or write it to a file"], code="SL0105"
        )
    source = _TEMPLATE.format(path=sys.path, module=flow.__module__, file=os.path.abspath(file), name=flow.__name__)
    with tempfile.TemporaryDirectory(prefix="spinloom-testing-") as folder:
        path = os.path.join(folder, f"{flow.__name__}.py")
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(source)
        yield path
