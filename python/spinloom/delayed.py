"""Values that are known once the configs are: `config_expr("cfg.a.b")`, or `cfg.a.b` in the body of the class."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Delayed:
    """What a decorator or a parameter is given in place of a value that is not known yet (PA-12, CD-10)."""

    __slots__ = ()
    __config__ = False  # names of this form, as any other is a key of a config's
    """Whether it is the declaration of a config, not something made of one."""

    def __evaluate__(self, names: Mapping[str, Any]) -> Any:
        """The value; `names` has the value of each config, by name."""
        raise NotImplementedError


def is_delayed(value: Any) -> bool:
    """Whether `value` is, or has somewhere in it, one that is not known yet."""
    if isinstance(value, Delayed):
        return True
    if isinstance(value, dict):
        return any(is_delayed(one) for pair in value.items() for one in pair)
    return isinstance(value, (list, tuple, set, frozenset)) and any(is_delayed(one) for one in value)


def settle(value: Any, names: Mapping[str, Any]) -> Any:
    """`value` with all that was not known yet."""
    if isinstance(value, Delayed):
        return value.__evaluate__(names)
    if not is_delayed(value):
        return value
    if isinstance(value, dict):
        settled: dict[Any, Any] = {}
        for key, one in value.items():
            if isinstance(key, str) and isinstance(key, Delayed):  # of `**`: it stands for all keys of its value
                settled.update(settle(one, names))
            else:
                settled[settle(key, names)] = settle(one, names)
        return settled
    return type(value)(settle(one, names) for one in value)
