"""Mutators: code of the user's that changes a flow's decorators and parameters before any of it runs (CD-05 … CD-08)."""

from __future__ import annotations

from ..decorators.custom import Custom, guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..host import FlowHost


def pre_mutate(host: FlowHost) -> None:
    """Calls `pre_mutate` of all mutators: parameters and flow decorators may be changed, and decorators of steps."""
    host.flow.restore()
    _phase(host, "pre_mutate")


def mutate(host: FlowHost) -> None:
    """Calls `mutate` of all mutators: decorators of steps may be changed, those of `--with` included."""
    _phase(host, "mutate")


def _phase(host: FlowHost, phase: str) -> None:
    """Calls mutators of the flow, those of bases first and innermost first, then those of each step, innermost first."""
    from .mutable_flow import MutableFlow
    from .mutable_step import MutableStep

    def of_flow() -> list[Custom]:
        return list(host.flow.mutators)

    _each(of_flow, phase, f"flow `{host.flow.name}`", lambda record: MutableFlow(host, record, phase))
    for name in host.flow.steps:

        def of_step(name: str = name) -> list[Custom]:
            return [one for one in reversed(host.decorators[name]) if one.mutates]  # type: ignore[misc]

        def mutable(record: Custom, name: str = name) -> MutableStep:
            return MutableStep(host, name, record, phase)

        _each(of_step, phase, f"step `{name}`", mutable)


def _each(mutators: Callable[[], list[Custom]], phase: str, where: str, subject: Callable[[Custom], Any]) -> None:
    """Calls each mutator once, those too that the others add meanwhile."""
    done: list[Custom] = []
    while waiting := [one for one in mutators() if one not in done]:
        record = waiting[0]
        done.append(record)
        guarded(record, where, getattr(record.instance(where), phase), subject(record))


def package_files(host: FlowHost) -> list[tuple[str, str]]:
    """Files that decorators and mutators of users want in the code package: path, and name there (CD-11)."""
    found: list[tuple[str, str]] = []
    steps = [(f"step `{name}`", one) for name, several in host.decorators.items() for one in several]
    flow = [(f"flow `{host.flow.name}`", one) for one in host.flow.mutators]
    for where, record in [*flow, *steps]:
        if not isinstance(record, Custom):
            continue
        for path, name in guarded(record, where, _listed, record.instance(where)):
            found.append((str(path), str(name)))
    return found


def _listed(decorator: Any) -> list[Any]:
    """The pairs it yields; Metaflow has a third field, which says what kind of file it is."""
    files = [tuple(one) for one in decorator.add_to_package() or ()]
    for file in files:
        if len(file) not in (2, 3) or None in file[:2]:
            raise ValueError(f"`add_to_package` gives {file!r}, which is no pair of a path and a name in the package")
    return [file[:2] for file in files]
