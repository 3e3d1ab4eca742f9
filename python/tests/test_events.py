"""`current.trigger`, and events that are published (FD-05, FD-06)."""

from __future__ import annotations

import datetime
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from spinloom import FlowSpec, current, step, trigger
from spinloom.argo_events import ArgoEvent, ArgoEventException
from spinloom.context import Current
from spinloom.events import MetaflowEvent, Trigger
from tasks import Bench


def told(name: str, timestamp: int) -> dict[str, Any]:
    return {"name": name, "id": f"id of {name}", "timestamp": timestamp, "type": "event"}


def test_events_the_latest_first() -> None:
    """FD-05."""
    seen = Trigger([told("early", 1_000_000), told("late", 2_500_000)])
    late = MetaflowEvent("late", "id of late", datetime.datetime.fromtimestamp(2.5), "event")
    assert seen.event == late == seen["late"]
    assert [event.name for event in seen] == ["late", "early"]
    assert seen.events == list(seen)
    assert ("early" in seen, "other" in seen) == (True, False)
    assert (seen.run, seen.runs) == (None, None)
    with pytest.raises(KeyError):
        seen["other"]


@trigger(event="a")
class Waiting(FlowSpec):
    @step
    def start(self) -> None:
        self.seen = current.trigger
        self.next(self.end)

    @step
    def end(self) -> None: ...


def test_nothing_triggered_a_local_run() -> None:
    """FD-05: `None` in a flow that waits for something; another has no such thing."""
    bench = Bench(Waiting)
    assert bench.value(bench.run("start"), "seen") is None
    with pytest.raises(AttributeError, match="it is there in a flow with `@trigger` or `@trigger_on_finish`"):
        Current().trigger  # noqa: B018


class _Webhook(http.server.BaseHTTPRequestHandler):
    received: list[tuple[str, str | None, Any]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.append((self.path, self.headers["Authorization"], body))
        self.send_response(500 if self.path == "/broken" else 200)
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def webhook() -> Iterator[str]:
    _Webhook.received.clear()
    with http.server.HTTPServer(("127.0.0.1", 0), _Webhook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_event_is_posted(webhook: str) -> None:
    """FD-06: what flows of Metaflow expect of it; fields of the event, then of the call."""
    event = ArgoEvent("rides", url=f"{webhook}/x", payload={"p": 1}, access_token="secret")
    published = event.add_to_payload("n", 5).publish({"a": [1]})
    ((path, token, body),) = _Webhook.received
    assert (path, token, body["name"]) == ("/x", "Bearer secret", "rides")
    payload = body["payload"]
    assert (payload.pop("id"), payload.pop("timestamp") > 0, len(payload.pop("utc_date"))) == (published, True, 8)
    assert payload == {"name": "rides", "generated-by-metaflow": True, "p": 1, "n": "5", "a": [1]}


def test_the_address_may_be_set(webhook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """FD-06."""
    monkeypatch.setenv("METAFLOW_ARGO_EVENTS_WEBHOOK_URL", f"{webhook}/set")
    assert ArgoEvent("rides").publish() is not None
    assert _Webhook.received[0][0] == "/set"


def test_safe_publish_does_nothing_here(webhook: str, capsys: pytest.CaptureFixture[str]) -> None:
    """FD-06."""
    assert ArgoEvent("rides", url=webhook).safe_publish() is None
    assert _Webhook.received == []
    assert "Argo Event (rides) was not published" in capsys.readouterr().err


def test_what_cannot_be_published(webhook: str, capsys: pytest.CaptureFixture[str]) -> None:
    """FD-06: an error, or told and ignored."""
    for url, payload, why in [
        (None, {}, "no webhook is known: give `url=`, or set `SPINLOOM_ARGO_EVENTS_WEBHOOK_URL`"),
        ("file:///etc/passwd", {}, "is not the address of a webhook"),
        (f"{webhook}/broken", {}, "HTTP Error 500"),
        (webhook, {"o": object()}, "not JSON serializable"),
    ]:
        event = ArgoEvent("rides", url=url, payload=payload)
        assert event.publish() is None
        assert why in capsys.readouterr().err
        with pytest.raises(ArgoEventException, match=r"Unable to publish Argo Event \(rides\)"):
            event.publish(ignore_errors=False)
