"""`@secrets` as a record (DE-07): checked where it is written, and never shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
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
