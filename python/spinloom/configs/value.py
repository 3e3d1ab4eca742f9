"""`ConfigValue`: what steps, decorators and functions see of a config."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class ConfigValue(dict):  # type: ignore[type-arg]
    """A mapping whose keys are attributes too, all the way down, and which nobody can change (PA-10).

    A key that is missing is a `KeyError` in brackets and an `AttributeError` after a dot. `to_dict()` is a copy of it
    made of ordinary dictionaries.
    """

    def __init__(self, data: Any = ()) -> None:
        super().__init__({key: wrap(value) for key, value in dict(data).items()})

    def to_dict(self) -> dict[Any, Any]:
        """The same as ordinary dictionaries and lists."""
        return {key: plain(value) for key, value in self.items()}

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            known = ", ".join(f"`{key}`" for key in self) or "none"
            raise AttributeError(f"the config has no key `{name}`; its keys: {known}", name=name, obj=self) from None

    def _refuse(self, *_arguments: object, **_keywords: object) -> NoReturn:
        raise TypeError("a config cannot be changed; `to_dict()` makes a copy that can")

    __setattr__ = __delattr__ = __setitem__ = __delitem__ = __ior__ = _refuse  # type: ignore[assignment]
    clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return ConfigValue, (self.to_dict(),)

    def copy(self) -> ConfigValue:
        """Itself: nobody can change it."""
        return self


def wrap(value: Any) -> Any:
    """A value as it is inside of a `ConfigValue`."""
    if isinstance(value, ConfigValue):
        return value
    if isinstance(value, dict):
        return ConfigValue(value)
    if type(value) in (list, tuple):
        return type(value)(wrap(one) for one in value)
    return value


def plain(value: Any) -> Any:
    """The reverse of `wrap`, and a copy."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(plain(one) for one in value)
    return value
