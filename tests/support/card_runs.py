"""Runs with cards, and what the Client says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from support.product import Outcome, Product, run

FLOW = (Path(__file__).parents[1] / "cards/flows/cards_flow.py").read_text()


class Place:
    """A folder with flows that were run."""

    def __init__(self, product: Product, folder: Path) -> None:
        self.product, self.folder = product, folder

    def flow(self, text: str, *words: str, file: str = "flow.py") -> Outcome:
        """Runs a flow."""
        (self.folder / file).write_text(text)
        return self.product.run([file, "run", *words], self.folder)

    def python(self, text: str) -> Any:
        """What a script prints as JSON in its last line."""
        outcome = self.product.run(["-c", f"import json\nfrom metaflow import *\nnamespace(None)\n{text}"], self.folder)
        assert outcome.exit_code == 0, outcome.text
        return json.loads(outcome.stdout.splitlines()[-1])

    def spinloom(self, *words: str) -> Outcome:
        """The command."""
        command = [str(self.product.bin / "spinloom"), *words]
        return run(command, self.folder, self.product.environment(self.folder))

    def cards(self, pathspec: str, which: str = "") -> list[dict[str, Any]]:
        """What the Client says of the cards of a task."""
        return self.python(
            "from metaflow.cards import get_cards\n"
            f"cards = get_cards({pathspec!r}{which})\n"
            "print(json.dumps([{'type': c.type, 'id': c.id, 'hash': c.hash, 'data': c.get_data(), 'html': c.get()} "
            "for c in cards]))"
        )
