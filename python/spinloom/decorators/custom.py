"""Decorators that users write: `@user_step_decorator`, `UserStepDecorator`; and what mutators share with them.

What one does in a task is in `worker/wrapping.py`, what a mutator does before a run in `mutators/`.
"""

from __future__ import annotations

from .. import jsonvalue
from ..delayed import is_delayed, settle
from ..exceptions import InvalidDecorator, SpinloomException
from ..locations import caller, is_ours
from ..steps import is_step
from .base import StepDecorator, apply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Self

USER_SKIP_STEP: dict[str, Any] = {}
"""What a decorator yields, or has as `skip_step`, for the step's own code not to run."""

# The classes of the user's decorators by their full names, so that `--with` and mutators find them by name.
KNOWN: dict[str, type[Owned]] = {}


def full_name(kind: type) -> str:
    """Module and name of a decorator's class, as a flow graph names it."""
    return f"{kind.__module__}.{kind.__qualname__}"


_GENERATOR = 0x20  # `inspect.CO_GENERATOR`, which takes longer to import than a small task to run


class Custom(StepDecorator):
    """A use of a decorator that the user has written, as a record."""

    custom = True
    kind: type[Owned]
    args: tuple[Any, ...]
    wraps: bool
    _instance: Any

    def __init__(
        self,
        kind: type[Owned],
        given: tuple[tuple[Any, ...], Mapping[str, Any]] = ((), {}),
        file: str | None = None,
        line: int = 0,
        static: bool = True,
    ) -> None:
        args, kwargs = given
        fields = {
            "kind": kind,
            "name": full_name(kind),
            "args": tuple(args),
            "attributes": dict(kwargs),
            "file": file,
            "line": line,
            "static": static,
            "wraps": issubclass(kind, UserStepDecorator),
            "mutates": kind.mutates,
            "pending": is_delayed(args) or is_delayed(kwargs),
            "_instance": None,
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @property
    def shown(self) -> str:
        """See `Record.shown`."""
        return self.kind.__name__

    def _again(self, names: Mapping[str, Any]) -> Self:
        given = settle(self.args, names), settle(self.attributes, names)
        return type(self)(self.kind, given, self.file, self.line, self.static)

    def instance(self, where: str) -> Any:
        """The decorator itself, whose `init` is called once. `where` says which step or flow it is on."""
        if self._instance is None:
            made: Any = object.__new__(self.kind)
            guarded(self, where, made.init, *self.args, **self.attributes)
            object.__setattr__(self, "_instance", made)
        return self._instance

    def described(self) -> dict[str, Any]:
        """See `Record.described`."""
        shown = {name: _shown(value) for name, value in self.attributes.items()}
        return {"_args": [_shown(value) for value in self.args], **shown}

    def document(self) -> dict[str, Any]:
        """See `Record.document`."""
        return {**super().document(), "custom": True}


def _shown(value: Any) -> Any:
    """A value as it is kept in the graph: what JSON cannot hold, as text."""
    try:
        jsonvalue.encode(value)
    except TypeError:
        return str(value)
    return value


def guarded(record: Custom, where: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Calls the user's code in a decorator before a run: what it raises becomes an error, at the line that raised it."""
    try:
        return call(*args, **kwargs)
    except SpinloomException:
        raise
    except Exception as error:
        file, line = _raised_at(error) or (record.file, record.line or None)
        put = record.line and (file, line) != (record.file, record.line)
        raise InvalidDecorator(
            f"`@{record.shown}` of {where} failed before the run: {type(error).__name__}: {error}",
            line,
            file,
            [f"it is put there by {record.file}:{record.line}"] if put else [],
        ) from error


def _raised_at(error: BaseException) -> tuple[str | None, int | None] | None:
    """The innermost line outside Spinloom that an exception went through."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        if not is_ours(trace.tb_frame.f_code.co_filename):
            found = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return found


class Owned:
    """What the classes of users' decorators and mutators have in common."""

    mutates = False
    _record: Custom

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        KNOWN[full_name(cls)] = cls
        if "__init__" in vars(cls):
            code = vars(cls)["__init__"].__code__
            raise InvalidDecorator(
                f"`{cls.__name__}` has an `__init__`, which a decorator cannot have",
                code.co_firstlineno,
                code.co_filename,
                ["name it `init`: it is called with what the decorator is given"],
            )

    @classmethod
    def _given(cls, *args: Any, **kwargs: Any) -> Custom:
        """The record of a use in the user's file."""
        record = Custom(cls, (args, kwargs), *caller())
        cls._check_given(record)
        return record

    @classmethod
    def _check_given(cls, record: Custom) -> None:
        """Refuses what no `init` of the class will receive."""
        if (record.args or record.attributes) and cls.init is Owned.init:
            raise record.problem("takes no arguments", ["give its class a method `init` that receives them"])

    @classmethod
    def _kept(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An instance that remembers what it was given, and waits for what it will be put on."""
        made = object.__new__(cls)
        made._record = cls._given(*args, **kwargs)
        return made

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: what a decorator is given is for its `init`."""

    def init(self, *args: Any, **kwargs: Any) -> None:
        """Receives what the decorator is given: once, before the run."""

    def add_to_package(self) -> Any:
        """Yields files to add to the code package: pairs of a path and a name in the package."""
        return ()


class OnStep(Owned):
    """A class that decorates steps: `@name` or `@name(…)` above `@step`."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Puts the decorator on a step if that is all it is given; else keeps what it is given for the step to come."""
        if len(args) == 1 and not kwargs and (is_step(args[0]) or _is_misplaced(args[0])):
            return apply(cls._given(), args[0])  # says what is wrong if it is no step
        return cls._kept(args, kwargs)

    def __call__(self, function: Any) -> Any:
        """Puts the decorator on a step."""
        return apply(self._record, function)

    @classmethod
    def added(cls, attributes: dict[str, Any]) -> Custom:
        """The record of a use that `--with` asks for."""
        record = Custom(cls, ((), attributes), static=False)
        cls._check_given(record)
        return record


def _is_misplaced(value: Any) -> bool:
    """Whether the decorator is put on this rather than given it: a flow, or a method without `@step`."""
    if isinstance(value, type):
        return hasattr(value, "merge_artifacts")
    code = getattr(value, "__code__", None)
    return code is not None and code.co_varnames[:1] == ("self",)


class UserStepDecorator(OnStep):
    """A decorator with methods: `pre_step` is called before the step, `post_step` after it.

    After `pre_step` it is asked for its `skip_step`: with `USER_SKIP_STEP`, or another dictionary of arguments of
    `self.next`, the step's own code does not run.
    """

    skip_step: Any = False

    def pre_step(self, step_name: str, flow: Any, inputs: Any = None) -> Any:
        """Is called before the step; `inputs` are those of a join. A function it returns is called instead of the step."""

    def post_step(self, step_name: str, flow: Any, exception: Exception | None = None) -> Any:
        """Is called after the step, with what it raised. What it returns is raised; `None` lets the step succeed.

        A pair is that, and the arguments for `self.next`: a dictionary, empty for those of the step's own.
        """
        return exception


class GeneratorDecorator(UserStepDecorator):
    """What `@user_step_decorator` makes of a generator function."""

    function: Any
    takes_attributes = False

    @classmethod
    def _check_given(cls, record: Custom) -> None:
        if record.args:
            raise record.problem("takes attributes by name only", [f"write `@{cls.__name__}(name=value)`"])
        if record.attributes and not cls.takes_attributes:
            raise record.problem("takes no attributes", ["give its function a fourth argument, `attributes`"])

    def init(self, *args: Any, **kwargs: Any) -> None:
        """See `Owned.init`."""
        self.attributes = kwargs


def user_step_decorator(function: Callable[..., Any]) -> Any:
    """Makes a decorator of steps from a generator function of `(step_name, flow, inputs)` and, if it wants, `attributes`.

    What stands before its `yield` happens before the step, what stands after it when the step is over. What the step
    raises is raised at the `yield`; unless it is raised again, the step has succeeded. Yielding a dictionary skips the
    step's own code, yielding a function calls that instead.
    """
    code = getattr(function, "__code__", None)
    file, line = (code.co_filename, code.co_firstlineno) if code else caller()
    name = getattr(function, "__name__", repr(function))

    def wrong(what: str, hint: str) -> InvalidDecorator:
        return InvalidDecorator(f"`{name}` cannot be a decorator: {what}", line, file, [hint])

    if code is None or not code.co_flags & _GENERATOR:
        raise wrong("it is no generator function", "let it `yield` where the step is to run")
    if code.co_argcount not in (3, 4):
        takes = "let it take `(step_name, flow, inputs)`, and `attributes` if it has any"
        raise wrong(f"it takes {code.co_argcount} arguments", takes)
    members = {
        "function": staticmethod(function),
        "takes_attributes": code.co_argcount == 4,
        "__module__": function.__module__,
        "__qualname__": function.__qualname__,
        "__doc__": function.__doc__,
    }
    return type(name, (GeneratorDecorator,), members)
