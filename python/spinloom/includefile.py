"""`IncludeFile`: a parameter whose value is the content of a file."""

from __future__ import annotations

import os
import pickle

from .exceptions import ParameterFieldFailed
from .parameters import Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# How much is decoded at a time when a file is checked, bytes.
_PART = 1 << 20


class IncludeFile(Parameter):
    """A file of the user's, kept with the run.

    On the command line `--name` takes the path of a local file, as does `default`, which may be a function of a context.
    In steps the attribute is the content as of the start of the run: text in `encoding` (UTF-8 by default), or bytes
    if `is_text` is false. `parser`, a function or the name of one (`package.module.function`), makes of it what steps
    see; the Client shows the content.
    """

    def __init__(
        self,
        name: str,
        default: object = None,
        is_text: bool | None = None,
        encoding: str | None = None,
        required: bool | None = None,
        help: str | None = None,
        parser: str | Callable[..., Any] | None = None,
        show_default: bool | None = None,
        **unknown: object,
    ) -> None:
        super().__init__(name, default=default, required=required, help=help, show_default=show_default, **unknown)
        self.encoding = None if is_text is False else encoding or "utf-8"
        self._check_encoding(is_text, encoding)
        if parser is not None and not callable(parser) and not (isinstance(parser, str) and "." in parser):
            raise self.problem(
                f"has the parser `{parser!r}`",
                ["give it a function, or the name of one, such as `package.module.function`"],
            )
        self.parser = parser

    _supported = "name, default, is_text, encoding, required, help, parser, show_default"

    def _kind_of(self, type_: object, default: object) -> str:
        return "file"

    def _check_encoding(self, is_text: bool | None, encoding: str | None) -> None:
        import codecs

        if is_text is False and encoding is not None:
            raise self.problem("has an `encoding` for bytes", ["leave it out, or leave out `is_text=False`"])
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except (LookupError, TypeError):
                raise self.problem(f"has the encoding `{self.encoding}`, which Python does not know") from None

    def stored(self, value: Any) -> Any:
        """See `Parameter.stored`: the content of the file at the path `value`."""
        if value is None:
            return None
        return Content(_map(str(value)), self.encoding)

    def check(self, path: str) -> None:
        """Refuses a file that is not text although it should be. A pipe can be read only once, and is not checked.

        Decodes part by part: a file of any size is never in memory as a whole.
        """
        import codecs
        from functools import partial

        if self.encoding is None or not os.path.isfile(path):
            return
        decoder = codecs.getincrementaldecoder(self.encoding)()
        try:
            with open(path, "rb") as file:
                for part in iter(partial(file.read, _PART), b""):
                    decoder.decode(part)
            decoder.decode(b"", True)
        except UnicodeDecodeError as error:
            raise ParameterFieldFailed(
                f"parameter `{self.name}` names `{path}`, which is not text in {self.encoding}: {error.reason}",
                self.line,
                self.file,
                ["name its `encoding=`, or write `is_text=False` to get bytes"],
            ) from None

    def read(self, value: Any) -> Any:
        """See `Parameter.read`: what the parser makes of the content."""
        if self.parser is None or value is None:
            return value
        return self._parse()(value)

    def _parse(self) -> Callable[..., Any]:
        if not isinstance(self.parser, str):
            assert self.parser is not None
            return self.parser
        from importlib import import_module

        module, _, function = self.parser.rpartition(".")
        try:
            return getattr(import_module(module), function)  # type: ignore[no-any-return]
        except (ImportError, AttributeError, ValueError) as error:
            raise self.problem(f"has the parser `{self.parser}`, which cannot be imported: {error}") from error

    def __repr__(self) -> str:
        return f"IncludeFile({self.name!r})"


class Content:
    """The bytes of a file, on their way into the store. What is loaded from there is the text, or the bytes."""

    def __init__(self, content: Any, encoding: str | None) -> None:
        self.content = content
        self.encoding = encoding
        self.type_name = "bytes" if encoding is None else "str"

    def __reduce_ex__(self, protocol: Any) -> Any:
        return content_of, (pickle.PickleBuffer(self.content), self.encoding)


def content_of(buffer: Any, encoding: str | None) -> str | bytes:
    """The value an included file is loaded as. Stored artifacts name this function: it stays where it is."""
    if encoding is None:
        return bytes(buffer)
    return str(buffer, encoding) if len(buffer) else ""


def _map(path: str) -> Any:
    """The content of a file, mapped if it can be: a large one is never read into memory."""
    import mmap

    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        # A pipe has no size, and neither has what cannot be mapped.
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else file.read()
