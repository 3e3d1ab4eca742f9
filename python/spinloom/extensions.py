"""What installed packages have for Spinloom, by entry points: see `docs/extending.md`.

Nothing is looked for until a name is used that is not one of ours, and nothing is imported but what is used.
"""

from __future__ import annotations

from importlib import import_module

from .exceptions import MetaflowException
from .installed import entry_points

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .installed import EntryPoint

CARD_TYPES = "spinloom.card_types"
STEP_DECORATORS = "spinloom.step_decorators"
FLOW_DECORATORS = "spinloom.flow_decorators"
SECRETS = "spinloom.secrets"

# What names stand for, and whether this version uses them. Serializers are found by types of values: see `encoding`.
GROUPS = {
    STEP_DECORATORS: ("step decorator", True),
    FLOW_DECORATORS: ("flow decorator", True),
    SECRETS: ("source of secrets", True),
    "spinloom.serializers": ("serializer", True),
    CARD_TYPES: ("card type", True),
    "spinloom.deploy_targets": ("deploy target", False),
    "spinloom.gui_plugins": ("GUI plugin", False),
}
# Decorators share `spinloom.ext`, so a name may be of one of either kind only.
_SHARED = ({STEP_DECORATORS, FLOW_DECORATORS},)

_points: dict[str, list[EntryPoint]] = {}
_loaded: dict[tuple[str, str], Any] = {}


class BadExtension(MetaflowException):
    """An extension cannot be used."""

    code = "SL0511"
    headline = "Extension cannot be used"


def find(group: str, name: str) -> Any | None:
    """What a package has under this name, imported; None if none does.

    Raises `BadExtension` if it cannot be imported, or if the name is taken by another package or by Spinloom.
    """
    for point in points(group):
        if point.name == name:
            if problem := _clash(group, point):
                raise problem
            return _load(group, point)
    return None


def names(group: str) -> list[str]:
    """The names that packages have in a group."""
    return sorted({point.name for point in points(group)})


def points(group: str) -> list[EntryPoint]:
    """The entry points of a group."""
    found = _points.get(group)
    if found is None:
        found = _points[group] = entry_points(group)
    return found


def installed() -> list[dict[str, Any]]:
    """Every extension there is, and what is wrong with it: for people, so each is imported."""
    return [_described(group, point) for group in GROUPS for point in sorted(points(group), key=lambda one: one.name)]


def _described(group: str, point: EntryPoint) -> dict[str, Any]:
    problem = _clash(group, point)
    if problem is None:
        try:
            _load(group, point)
        except BadExtension as error:
            problem = error
    told = None if problem is None else {"code": problem.code, "message": problem.message, "hints": problem.hints}
    kind, used = GROUPS[group]
    return {
        "group": group,
        "kind": kind,
        "used": used,
        "name": point.name,
        "value": point.value,
        "package": point.package,
        "version": point.version,
        "problem": told,
    }


def _load(group: str, point: EntryPoint) -> Any:
    key = (group, point.name)
    if key not in _loaded:
        try:
            value: Any = import_module(point.module)
            for attribute in point.attribute.split(".") if point.attribute else ():
                value = getattr(value, attribute)
        except Exception as error:  # the package's code
            kind = GROUPS[group][0]
            raise BadExtension(
                f"the {kind} `{point.name}` of the package `{point.package}` cannot be imported: "
                f"{type(error).__name__}: {error}",
                hints=["`spinloom extensions list` shows what is installed, and what is wrong with it"],
            ) from error
        _loaded[key] = value
    return _loaded[key]


def _clash(group: str, point: EntryPoint) -> BadExtension | None:
    """Why a name is not clear: two packages have it, or Spinloom itself has."""
    kind = GROUPS[group][0]
    if point.name in _ours(group):
        return BadExtension(
            f"the package `{point.package}` has a {kind} `{point.name}`, but `spinloom` itself has one of that name",
            hints=[f"`{point.name}` is Spinloom's own; import the other from `{point.module}` where it is meant"],
        )
    groups = next((shared for shared in _SHARED if group in shared), {group})
    packages = sorted({one.package for other in groups for one in points(other) if one.name == point.name})
    if len(packages) < 2 and not (len(groups) > 1 and all(_has(other, point.name) for other in groups)):
        return None
    if len(packages) < 2:
        return BadExtension(
            f"the package `{point.package}` has a step decorator and a flow decorator `{point.name}`",
            hints=[f"import the one that is meant from its module, such as `{point.module}`"],
        )
    which = "`, `".join(packages[:-1])
    return BadExtension(
        f"`{point.name}` is a {kind} of two packages, `{which}` and `{packages[-1]}`",
        hints=[
            "uninstall one of them: `spinloom extensions list` shows what is installed",
            f"or import the one that is meant from its module, such as `{point.module}`",
        ],
    )


def _has(group: str, name: str) -> bool:
    return any(point.name == name for point in points(group))


def _ours(group: str) -> set[str]:
    from . import decorators

    if group == SECRETS:
        from . import _native  # type: ignore[attr-defined]

        return set(_native.secret_types())
    if group == CARD_TYPES:
        from .cards.builtin import KINDS

        return set(KINDS)
    return {*decorators.KNOWN, *decorators.FLOW_KNOWN} if group in (STEP_DECORATORS, FLOW_DECORATORS) else set()


def listing() -> str:
    """`extensions list`: a JSON object for the command line. What packages print while they are imported is no answer."""
    import json
    import sys
    from contextlib import redirect_stdout

    with redirect_stdout(sys.stderr):
        found = installed()
    return json.dumps({"python": sys.executable, "extensions": found})
