"""What a mutator may do with the decorators of a step or of a flow."""

from __future__ import annotations

from ..decorators.custom import Custom, Owned
from ..decorators.record import Record
from ..exceptions import InvalidDecorator
from ..locations import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..host import FlowHost

    Spec = tuple[str, str, list[Any], dict[str, Any]]


class Decorated:
    """Decorators that can be looked at, added and removed."""

    IGNORE = 1
    """Of two decorators of a kind the one that is there already stays."""
    ERROR = 2
    """Two decorators of a kind are an error."""
    OVERRIDE = 3
    """Of two decorators of a kind the new one stays."""

    def __init__(self, host: FlowHost, by: Custom, phase: str) -> None:
        self._host = host
        self._by = by
        self._phase = phase

    def _where(self) -> str:
        raise NotImplementedError

    def _records(self) -> list[Any]:
        raise NotImplementedError

    def _replace(self, records: list[Any]) -> None:
        raise NotImplementedError

    def _find(self, name: str) -> type[Any]:
        raise NotImplementedError

    def _wrong(self, what: str, hints: list[str] | None = None) -> InvalidDecorator:
        """An error of the mutator's: at its file and line."""
        file, line = caller()
        return InvalidDecorator(f"`@{self._by.shown}` of {self._where()} {what}", line, file, hints or [])

    @property
    def decorator_specs(self) -> Iterator[Spec]:
        """Each decorator: its name, its full name, what it was given by position, and by name or by default."""
        for record in list(self._records()):
            yield _spec(record)

    def get_decorator_specs(self, name: str) -> list[Spec]:
        """The decorators of a name, in short or in full."""
        return [_spec(record) for record in self._records() if _is_called(record, name)]

    def has_decorator(self, name: str) -> bool:
        """Whether there is a decorator of a name, in short or in full."""
        return any(_is_called(record, name) for record in self._records())

    def add_decorator(
        self,
        deco_type: Any,
        deco_args: Sequence[Any] | None = None,
        deco_kwargs: Mapping[str, Any] | None = None,
        duplicates: int = IGNORE,
    ) -> Any:
        """Adds a decorator, innermost: one that is imported, or the name of one, or text such as `retry:times=2`.

        Returns its record; `None` if there is one of its kind already and that stays.
        """
        if duplicates not in (self.IGNORE, self.ERROR, self.OVERRIDE):
            raise self._wrong(f"gives `duplicates={duplicates!r}`", ["it is one of `IGNORE`, `ERROR` and `OVERRIDE`"])
        record = self._made(deco_type, list(deco_args or ()), dict(deco_kwargs or {}))
        self._check(record)
        records = self._records()
        same = [one for one in records if one.name == record.name]
        if same and not getattr(record, "multiple", False):
            if duplicates == self.ERROR:
                raise self._wrong(f"adds `@{record.shown}`, which is there already{_place(same[0])}")
            if duplicates == self.IGNORE:
                return None
            place = records.index(same[0])
            kept = [one for one in records if one.name != record.name]
            self._replace([*kept[:place], record, *kept[place:]])
        else:
            self._replace([*records, record])
        return record

    def _made(self, deco_type: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if isinstance(deco_type, str):
            name, colon, _ = deco_type.partition(":")
            if colon:
                if args or kwargs:
                    raise self._wrong(f"gives attributes of `@{name}` twice: in its name and apart")
                kwargs = _parsed(deco_type)
            try:
                kind = self._find(name.strip())
            except InvalidDecorator as error:
                raise self._wrong(f"adds a decorator that it cannot: {error.message}", error.hints) from error
        else:
            kind = getattr(deco_type, "decorator_class", deco_type)
        return self._record(kind, deco_type, args, kwargs)

    def _record(self, kind: Any, given: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        file, line = caller()
        record: Record
        if not isinstance(kind, type) or not issubclass(kind, (Record, Owned)):
            raise self._wrong(f"adds `{given!r}`, which is not a decorator")
        if issubclass(kind, Owned):
            record = Custom(kind, (tuple(args), kwargs), file, line)
            kind._check_given(record)
        elif args:
            raise self._wrong(f"gives `@{kind.name}` a value by position, which takes all by name")
        else:
            record = kind(kwargs, file, line)
        object.__setattr__(record, "inserted_by", self._by.name)
        return record.settled(getattr(self._host, "configs_by_name", {})) if record.pending else record

    def _check(self, record: Any) -> None:
        """Refuses what cannot be added here, or now."""

    def remove_decorator(
        self,
        deco_name: str,
        deco_args: Sequence[Any] | None = None,
        deco_kwargs: Mapping[str, Any] | None = None,
    ) -> bool:
        """Removes the decorators of a name, in short or in full; those with these arguments, if any are given.

        Returns whether there were any.
        """
        records = self._records()
        gone = [one for one in records if _is_called(one, deco_name) and _has(one, deco_args, deco_kwargs)]
        if gone:
            self._check_removal(gone)
            self._replace([one for one in records if one not in gone])
        return bool(gone)

    def _check_removal(self, gone: list[Any]) -> None:
        """Refuses what cannot be removed here, or now."""


def _spec(record: Any) -> Spec:
    kind = type(record)
    full = record.name if record.custom else f"{kind.__module__}.{kind.__qualname__}"
    return record.shown, full, list(getattr(record, "args", ())), dict(record.attributes)


def _is_called(record: Any, name: str) -> bool:
    if "." in name:
        return _spec(record)[1] == name
    return record.shown == name  # type: ignore[no-any-return]


def _has(record: Any, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None) -> bool:
    if args is None and kwargs is None:
        return True
    _, _, own_args, own_kwargs = _spec(record)
    if record.custom:
        return own_args == list(args or ()) and own_kwargs == dict(kwargs or {})
    return not args and record.checked({**record.defaults, **(kwargs or {})}) == own_kwargs


def _place(record: Any) -> str:
    return f" ({record.file}:{record.line})" if record.line else ""


def _parsed(text: str) -> dict[str, Any]:
    """Attributes of `name:attribute=value,…`, as `--with` reads them."""
    import json

    from .. import _native, jsonvalue

    spec = json.loads(_native.parse_decorator(text))
    return {name: jsonvalue.decode(value) for name, value in spec["attributes"].items()}
