"""A card while its step runs (CA-03, CA-06): what `refresh` shows is read from outside before the step is over."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from support.product import PATIENCE_SECONDS, Product
from support.serving import Serving

FLOW = """
import os
import time

from spinloom import FlowSpec, card, current, step
from spinloom.cards import Markdown, MetaflowCard, ProgressBar


class Live(MetaflowCard):
    type = "live"
    RUNTIME_UPDATABLE = True
    RELOAD_POLICY = MetaflowCard.RELOAD_POLICY_ONCHANGE
    rendered = 0

    def render(self, task):
        return "<p>over</p>"

    def render_runtime(self, task, data):
        Live.rendered += 1
        return f"<p>{self.RELOAD_POLICY_TOKEN} {Live.rendered} {task.data.x} {task.finished}</p>"

    def refresh(self, task, data):
        return {"n": data["user"]["n"], "mode": data["mode"]}

    def reload_content_token(self, task, data):
        return "even" if data["user"]["n"] % 2 == 0 else "odd"


def wait_for(name):
    while not os.path.exists(name):
        time.sleep(0.01)


class LiveFlow(FlowSpec):
    @card(type="blank", id="bar")
    @card(type=Live, id="own", refresh_interval=0)
    @card(type="blank", id="slow", refresh_interval=3600)
    @step
    def start(self):
        self.x = 5
        bar = ProgressBar(max=3)
        current.card["bar"].append(bar, id="bar")
        current.card["slow"].append(Markdown("first"), id="m")
        current.card["slow"].refresh()
        for n in range(1, 4):
            bar.update(n)
            current.card["bar"].refresh()
            current.card["own"].refresh({"n": n})
            current.card["slow"].components["m"].update("later")
            current.card["slow"].refresh()
            wait_for(f"go{n}")
        current.card["slow"].refresh(force=True)
        wait_for("go4")
        raise ValueError("the step fails after all")
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    LiveFlow()
"""


class Watched:
    """A flow that waits to be told to go on, and the server that shows it."""

    def __init__(self, serving: Serving, folder: Path) -> None:
        self.url, self.folder = f"{serving.url}/api/v1/flows/LiveFlow/runs/1/tasks/1/cards", folder

    def ask(self, path: str = "") -> Any:
        """What the server says."""
        with urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)

    def card(self, id: str) -> dict[str, Any]:
        """One of the cards."""
        return next(one for one in self.ask()["cards"] if one["id"] == id)

    def data(self, id: str) -> dict[str, Any]:
        """Its document."""
        found: dict[str, Any] = self.ask(f"/{self.card(id)['hash']}/data")
        return found

    def until(self, what: Any) -> None:
        """Waits for something to become true."""
        for _ in range(PATIENCE_SECONDS * 20):
            try:
                if what():
                    return
            except (OSError, StopIteration):
                pass  # it is not there yet
            time.sleep(0.05)
        raise TimeoutError("it never became so")

    def go(self, n: int) -> None:
        """Lets the step go on."""
        (self.folder / f"go{n}").touch()


@pytest.fixture
def watched(spinloom: Product, tmp_path: Path) -> Any:
    """The flow, at work."""
    (tmp_path / "flow.py").write_text(FLOW)
    with subprocess.Popen(
        [str(spinloom.python), "flow.py", "run"],
        cwd=tmp_path,
        env=spinloom.environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as run:
        serving = Serving(spinloom, tmp_path)
        serving.start()
        try:
            yield Watched(serving, tmp_path)
            run.communicate(timeout=PATIENCE_SECONDS)
        finally:
            run.kill()
            serving.kill()


def test_a_card_is_seen_while_its_step_runs(watched: Watched) -> None:
    def bar() -> Any:
        return watched.data("bar")["components"][0]["contents"][0]["contents"][0]["value"]

    for n in (1, 2, 3):
        watched.until(lambda n=n: bar() == n and watched.data("own")["data"]["n"] == n)
        own = watched.data("own")
        assert watched.card("bar")["live"] and own["data"]["mode"] == "refresh"
        assert own["reload_token"] == ("even" if n % 2 == 0 else "odd")
        assert own["html"] == f"<p>{own['reload_token']} {n} 5 False</p>"
        assert "first" in json.dumps(watched.data("slow"))
        watched.go(n)
    watched.until(lambda: "later" in json.dumps(watched.data("slow")))
    watched.go(4)
    # A step that fails keeps what it showed last.
    watched.until(lambda: not watched.card("bar")["live"])
    assert bar() == 3 and watched.data("own")["html"] == "<p>odd 3 5 False</p>"
