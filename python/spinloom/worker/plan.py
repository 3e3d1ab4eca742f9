"""What every attempt of a step has in common, worked out before any process is forked."""

from __future__ import annotations

import json
import pickle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..decorators import StepDecorator


class StepPlan:
    """One step: its body, its static transition, its decorators, and bytes its tasks would all make alike."""

    def __init__(self, document: dict[str, Any], body: Callable[..., Any], decorators: list[StepDecorator]) -> None:
        name = document["name"]
        tail = document["tail"]
        self.document = document
        self.body = body
        wrappers = [one for one in decorators if one.custom and one.wraps]  # type: ignore[attr-defined]
        if wrappers:
            from .wrapping import Wrapped

            self.body = Wrapped(document, body, wrappers)
        self.takes_inputs = document["args"] > 1
        attributes = {decorator.name: decorator.attributes for decorator in decorators}
        self.variables: dict[str, str] = attributes.get("environment", {}).get("vars", {})
        self.catch: dict[str, Any] | None = attributes.get("catch")
        self.secrets: Any = next((one for one in decorators if one.name == "secrets"), None)
        self.cards: Any = None
        if cards := [one for one in decorators if one.name == "card"]:
            from ..cards.making import CardPlan

            self.cards = CardPlan(cards)
        limits = attributes.get("timeout", {})
        self.seconds = limits.get("seconds", 0) + 60 * limits.get("minutes", 0) + 3600 * limits.get("hours", 0)
        self.targets: list[str] = tail.get("targets", [])
        self.foreach: str | None = tail.get("foreach")
        self.is_switch = bool(tail.get("condition"))
        self.is_gang = bool(tail.get("num_parallel"))
        self.repeats = self.is_switch and name in self.targets
        self.step_pickle = pickle.dumps(name, 5)
        self.transition_pickle: bytes | None = None
        self.result: str | None = None
        if not (self.is_switch or self.is_gang or (wrappers and self.foreach)):
            transition = (self.targets, self.foreach) if self.targets else None
            self.transition_pickle = pickle.dumps(transition, 5)
            if self.foreach is None:
                follows = {"steps": self.targets, "foreach": None} if self.targets else None
                self.result = json.dumps({"ok": True, "next": follows})
