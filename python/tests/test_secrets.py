"""`@secrets` as a record (DE-07): checked where it is written, and never shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from recorded import Folder
from spinloom import FlowSpec, get_secret, secrets, step
from spinloom.exceptions import InvalidDecoratorAttribute, MetaflowException
from spinloom.host import FlowHost

INLINE = {"type": "inline", "id": "x", "options": {"env_vars": {"A": "hunter2"}}}


def test_the_description_has_no_options() -> None:
    class F(FlowSpec):
        @secrets(sources=[INLINE, "env.HOME"], role="me")
        @step
        def start(self) -> None: ...

    text = FlowHost(F).flow_graph()
    assert "hunter2" not in text
    attributes = json.loads(text)["steps"][0]["decorators"][0]["attributes"]
    sources = [{"type": "inline", "id": "x"}, "env.HOME"]
    assert attributes == {"sources": sources, "role": "me", "allow_override": False}


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ("env.A", "`@secrets` needs a list for `sources`"),
        (["vault.x"], "`@secrets` has a bad source: there is no back-end `vault` for secrets"),
        ([{1: object()}], "`@secrets` has a bad source: a source of secrets cannot be written as JSON"),
    ],
)
def test_bad_sources_are_told_at_the_users_line(sources: Any, message: str) -> None:
    with pytest.raises(InvalidDecoratorAttribute) as caught:
        secrets(sources=sources)
    assert caught.value.message == message
    assert (caught.value.file, caught.value.line) == (__file__, caught.tb.tb_lineno)


def test_get_secret_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD", "value")
    assert get_secret("env.NEW=OLD") == {"NEW": "value"}
    assert get_secret(INLINE, role="any") == {"A": "hunter2"}
    with pytest.raises(MetaflowException, match="the variable `NEW` is not set"):
        get_secret("env.NEW")


def test_get_secret_names_what_there_is() -> None:
    with pytest.raises(MetaflowException, match="secrets of `az-key-vault` are not in this version") as caught:
        get_secret("az-key-vault.x")
    assert caught.value.hints == ["secrets can come from `inline`, `file`, `env`"]


def test_previews_show_no_secret(tmp_path: Path) -> None:
    """OP-20: a step may save a secret, but nobody sees it without loading it."""
    source = """
        import os
        from spinloom import FlowSpec, secrets, step

        class Hidden(FlowSpec):
            @secrets(sources=[{"type": "inline", "options": {"env_vars": {"KEY": "correct horse"}}}])
            @step
            def start(self):
                self.plain = os.environ["KEY"]
                self.inside = {"url": f"https://me:{os.environ['KEY']}@host"}
                self.next(self.end)

            @step
            def end(self):
                pass

        if __name__ == "__main__":
            Hidden()
    """
    folder = Folder(tmp_path, source)
    folder.flow("run")
    task = folder.client().run("Hidden/1")["start"].task
    assert task.data.plain == "correct horse"
    assert task["plain"].preview == {"kind": "text", "type": "str", "length": 13, "text": "••••"}
    assert "horse" not in str(task["inside"].preview)
