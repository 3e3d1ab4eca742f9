"""`current.card`: what a step says to its cards while it runs."""

from __future__ import annotations

import re

from .component import MetaflowCardComponent, StubComponent, fresh_id, rendered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .live import LiveCard

ID = re.compile(r"^[a-zA-Z0-9_]+$")


class Components:
    """The components of a card, by id or by position."""

    def __init__(self, warn: Any) -> None:
        self._by_id: dict[str, MetaflowCardComponent] = {}
        self._warn = warn

    def _put(self, component: Any, id: str | None) -> None:
        if not isinstance(component, MetaflowCardComponent):
            self._warn(f"`{component!r}` is not a component, so it is not put into the card")
            return
        if id is not None and not isinstance(id, str):
            self._warn(f"the id of a component is text, not `{id!r}`, so it gets another")
            id = None
        if id is not None:
            component.component_id = id
        elif component.component_id is None:
            component.component_id = fresh_id(component)
        self._by_id[str(component.component_id)] = component

    def __getitem__(self, key: str | int) -> Any:
        if isinstance(key, int):
            return list(self._by_id.values())[key]
        found = self._by_id.get(key)
        if found is None:
            known = ", ".join(f"`{name}`" for name in self._by_id) or "none"
            self._warn(f"there is no component `{key}`; there are: {known}")
            return StubComponent(str(key), self._warn)
        return found

    def __setitem__(self, key: str, component: Any) -> None:
        self._put(component, key)

    def __delitem__(self, key: str) -> None:
        self._by_id.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self._by_id

    def __iter__(self) -> Iterator[Any]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __repr__(self) -> str:
        names = ", ".join(f"`{name}`" for name in self._by_id)
        return f"Card components present in the card: {names}"

    def rendered(self) -> list[Any]:
        """What each shows."""
        shown = (rendered(component) for component in list(self._by_id.values()))
        return [one for one in shown if one is not None]


class CardManager:
    """One card of the running task."""

    def __init__(self, live: LiveCard, warn: Any) -> None:
        self._live = live
        self._warn = warn
        self._components = live.components

    @property
    def components(self) -> Components:
        """What is in it, by id or by position."""
        return self._components

    def append(self, component: Any, id: str | None = None) -> None:
        """Puts a component below the others; one of the same `id` is replaced."""
        self._components._put(component, id)

    def extend(self, components: Any) -> None:
        """Puts several components below the others."""
        for component in components:
            self._components._put(component, None)

    def clear(self) -> None:
        """Takes all components out."""
        self._components._by_id.clear()

    def refresh(self, data: Any = None, force: bool = False) -> None:
        """Shows the card as it is now to whoever looks at it. `data` is for templates of users; `force` does not wait."""
        self._live.refresh(data, force)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._components)

    def __len__(self) -> int:
        return len(self._components)


class Nothing(list):  # type: ignore[type-arg]
    """Stands for a card that is not there: what it is told is lost, as in a list that nobody else has."""

    def append(self, component: Any, id: str | None = None) -> None:
        """Nothing happens."""

    def extend(self, components: Any) -> None:
        """Nothing happens."""

    def refresh(self, data: Any = None, force: bool = False) -> None:
        """Nothing happens."""

    @property
    def components(self) -> Components:
        """None, without a warning for each: it was warned when the card was asked for."""
        return Components(lambda _text: None)


class CardCollector:
    """All cards of the running task: `current.card["id"]` is one of them, `current.card.append` goes to the one that is meant."""

    def __init__(self, cards: list[LiveCard], warn: Any) -> None:
        self._cards = cards
        self._managers = {id(card): CardManager(card, warn) for card in cards}
        self._say = warn
        self._warned: set[str] = set()
        self._by_id: dict[str, CardManager] = {}
        editable = [card for card in cards if card.editable]
        self._name()
        self._default, self._why = self._choose(editable)

    def _name(self) -> None:
        seen: dict[str, int] = {}
        for card in self._cards:
            if card.id is not None:
                seen[card.id] = seen.get(card.id, 0) + 1
        for name, count in seen.items():
            if not ID.match(name):
                self._warn(
                    f"the id `{name}` is not made of letters, digits and `_` alone, "
                    f"so `current.card['{name}']` does not work"
                )
            elif count > 1:
                self._warn(f"several cards have the id `{name}`, so `current.card['{name}']` does not work")
        for card in self._cards:
            if card.reachable and card.id is not None and ID.match(card.id) and seen[card.id] == 1:
                self._by_id[card.id] = self._managers[id(card)]

    def _choose(self, editable: list[LiveCard]) -> tuple[CardManager | None, str]:
        """The card that `current.card.append` goes to; else why there is none."""
        if not editable:
            kinds = ", ".join(sorted({f"`{card.kind}`" for card in self._cards}))
            return None, f"no card of this step takes components: they are of type {kinds}"
        customized = [card for card in editable if card.customize]
        unnamed = [card for card in editable if card.id is None or not ID.match(card.id)]
        for meant in (customized, unnamed, editable):
            if len(meant) == 1:
                return self._managers[id(meant[0])], ""
        return None, (
            "several cards could be meant by `current.card`: give each but one an `id`, or one of them `customize=True`"
        )

    def _warn(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            self._say(text)

    def __getitem__(self, key: str) -> Any:
        manager = self._by_id.get(key)
        if manager is None:
            self._warn(f"there is no card `{key}` that takes components; write `@card(id='{key}')` to have one")
            return Nothing()
        return manager

    def __setitem__(self, key: str, components: Any) -> None:
        manager = self[key]
        manager.clear()
        manager.extend(components)

    def __contains__(self, key: object) -> bool:
        return key in self._by_id

    def get(self, type: str | None = None) -> list[CardManager]:
        """The cards of a type; of all types if none is given."""
        return [self._managers[id(card)] for card in self._cards if card.reachable and type in (None, card.kind)]

    def _meant(self) -> Any:
        if self._default is None:
            self._warn(f"nothing is put into a card: {self._why}")
            return Nothing()
        return self._default

    @property
    def components(self) -> Components:
        """The components of the card that is meant."""
        found: Components = self._meant().components
        return found

    def append(self, component: Any, id: str | None = None) -> None:
        """See `CardManager.append`."""
        self._meant().append(component, id)

    def extend(self, components: Any) -> None:
        """See `CardManager.extend`."""
        self._meant().extend(components)

    def clear(self) -> None:
        """See `CardManager.clear`."""
        self._meant().clear()

    def refresh(self, data: Any = None, force: bool = False) -> None:
        """See `CardManager.refresh`."""
        self._meant().refresh(data, force)
