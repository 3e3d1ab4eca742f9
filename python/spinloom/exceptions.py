"""What can go wrong, under the names Metaflow's users know.

Every exception has `code` (see `spinloom explain`), `message`, `hints`, `file` and `line`: the command line draws it
from these.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class SpinloomException(Exception):
    """A problem with a code, a sentence, hints, and a place in the user's files."""

    code = "SL0901"
    headline = "Spinloom failed"

    def __init__(
        self,
        code: str | None = None,
        message: str = "",
        hints: Iterable[str] = (),
        file: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(code, message, list(hints), file, line)
        if code is not None:
            self.code = code
        self.message = message
        self.hints = list(hints)
        self.file = file
        self.line = line

    def __str__(self) -> str:
        return self.message


class MetaflowException(SpinloomException):
    """The root of everything a flow, or a reader of runs, can do wrong."""

    code = "SL0101"
    headline = "Flow failed"

    def __init__(
        self,
        message: str = "",
        line: int | None = None,
        file: str | None = None,
        hints: Iterable[str] = (),
        code: str | None = None,
    ) -> None:
        super().__init__(code, message, hints, file, line)
        self.args = (message, line, file, self.hints, code)

    @property
    def line_no(self) -> int | None:
        """The line, under Metaflow's name."""
        return self.line

    @property
    def source_file(self) -> str | None:
        """The file, under Metaflow's name."""
        return self.file


class MetaflowInternalError(MetaflowException):
    """A bug."""

    code = "SL0901"
    headline = "Internal error"


class MetaflowNotFound(MetaflowException):
    """A flow, run, step, task or artifact does not exist."""

    code = "SL0301"
    headline = "Object not found"


class MetaflowInvalidPathspec(MetaflowException):
    """A pathspec is malformed."""

    code = "SL0003"
    headline = "Invalid pathspec"


class MetaflowNamespaceMismatch(MetaflowException):
    """An object is outside the current namespace."""

    code = "SL0302"
    headline = "Object not in namespace"


class MetaflowDataMissing(MetaflowException):
    """Stored data is not there."""

    code = "SL0301"
    headline = "Data missing"


class MetaflowTaggingError(MetaflowException):
    """A tag is not allowed."""

    code = "SL0303"
    headline = "Tagging error"


class MetaflowUnknownUser(MetaflowException):
    """Nobody knows who the user is."""

    code = "SL0305"
    headline = "Unknown user"

    def __init__(self, message: str = "the user's name is not known", *args: object) -> None:
        super().__init__(message, *args)  # type: ignore[arg-type]


class InvalidNextException(MetaflowException):
    """A step took a transition that is not allowed."""

    code = "SL0203"
    headline = "Invalid self.next() transition detected"


class InvalidForeachException(InvalidNextException):
    """A foreach has nothing to fan out over."""

    code = "SL0204"
    headline = "Invalid foreach"


class InvalidDecorator(MetaflowException):
    """A decorator is unknown, or is not where it belongs."""

    code = "SL0104"
    headline = "Invalid decorator"


class InvalidDecoratorAttribute(InvalidDecorator):
    """A decorator was given an attribute it does not have, or a bad value."""

    headline = "Unknown decorator attribute"


class ParameterFieldFailed(MetaflowException):
    """A parameter is declared wrongly."""

    code = "SL0103"
    headline = "Parameter field failed"


class ParameterFieldTypeMismatch(MetaflowException):
    """A value of a parameter has the wrong type."""

    code = "SL0103"
    headline = "Parameter field with a mismatching type"


class ConfigError(MetaflowException):
    """A config is declared wrongly, or its value cannot be found, read or used."""

    code = "SL0111"
    headline = "Config problem"


class MergeArtifactsException(MetaflowException):
    """`merge_artifacts` cannot do what it was asked to."""

    code = "SL0201"
    headline = "Artifacts cannot be merged"

    def __init__(self, message: str = "", artifact_names: Iterable[str] = (), *args: object) -> None:
        super().__init__(message, *args)  # type: ignore[arg-type]
        self.artifact_names = list(artifact_names)
        self.args = (message, self.artifact_names)


class UnhandledInMergeArtifactsException(MergeArtifactsException):
    """Artifacts have different values in different inputs."""

    headline = "Unhandled artifacts in merge"


class MissingInMergeArtifactsException(MergeArtifactsException):
    """Artifacts to include are in none of the inputs."""

    headline = "Missing artifacts in merge"


class MissingJoinInMergeArtifactsException(MergeArtifactsException):
    """`merge_artifacts` was called outside a join."""

    headline = "Missing join in merge"


class UnpicklableArtifactException(MetaflowException):
    """A value cannot be saved."""

    code = "SL0201"
    headline = "Cannot pickle artifact"


class TimeoutException(MetaflowException):
    """A step ran for longer than its `@timeout` allows."""

    code = "SL0201"
    headline = "@timeout"


class FailureHandledByCatch(MetaflowException):
    """`@catch` took over from attempts that left no exception behind."""

    code = "SL0202"
    headline = "Task execution failed but @catch handled it"


class MetaflowExceptionWrapper(Exception):
    """An exception as text, so that it can be read where its class cannot be imported."""

    def __init__(self, exception: BaseException | None = None, stacktrace: str | None = None) -> None:
        super().__init__()
        if exception is None:
            return
        kind = type(exception)
        self.type = f"{kind.__module__}.{kind.__qualname__}"
        self.exception = _text(exception)
        self.stacktrace = f"{self.type}: {self.exception}\n" if stacktrace is None else stacktrace

    def __reduce__(self) -> tuple[object, ...]:
        return MetaflowExceptionWrapper, (), self.__dict__

    def __str__(self) -> str:
        return self.stacktrace

    __repr__ = __str__


def _text(exception: BaseException) -> str:
    try:
        return str(exception)
    except Exception:  # a user's __str__ may do anything
        return f"<{type(exception).__name__} without a readable message>"


_BY_CODE: dict[str, type[MetaflowException]] = {
    "SL0003": MetaflowInvalidPathspec,
    "SL0102": MetaflowNotFound,
    "SL0103": ParameterFieldFailed,
    "SL0104": InvalidDecorator,
    "SL0111": ConfigError,
    "SL0112": ConfigError,
    "SL0203": InvalidNextException,
    "SL0204": InvalidForeachException,
    "SL0301": MetaflowNotFound,
    "SL0302": MetaflowNamespaceMismatch,
    "SL0303": MetaflowTaggingError,
    "SL0305": MetaflowUnknownUser,
    "SL0901": MetaflowInternalError,
}


def from_native(
    code: str,
    message: str,
    causes: Iterable[str] = (),
    hints: Iterable[str] = (),
    file: str | None = None,
    line: int | None = None,
) -> SpinloomException:
    """The exception for an error of the native part."""
    kind = _BY_CODE.get(code, MetaflowException)
    error = kind(": ".join([message, *causes]), line, file, hints, code)
    for hint in error.hints:
        error.add_note(f"hint: {hint}")  # a traceback shows notes; the command line draws hints itself
    return error
