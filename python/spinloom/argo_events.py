"""`ArgoEvent`: publishes an event to Argo Events, where deployed flows with `@trigger` wait for it."""

from __future__ import annotations

import sys

from .exceptions import MetaflowException

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TIMEOUT = 30


class ArgoEventException(MetaflowException):
    """An event could not be published."""

    code = "SL0201"
    headline = "Argo Event Exception"


class ArgoEvent:
    """An event of a name, with a `payload` of plain values.

    `url` is the webhook it is posted to, by default that of the settings; `access_token` is sent along, if there is one.
    """

    def __init__(
        self,
        name: str,
        url: str | None = None,
        payload: dict[str, Any] | None = None,
        access_token: str | None = None,
    ) -> None:
        from . import _native

        self._name = name
        self._url = url or _native.argo_events_url()
        self._payload = dict(payload or {})
        self._access_token = access_token

    def add_to_payload(self, key: str, value: Any) -> ArgoEvent:
        """Adds a field to the payload, as text; returns the event."""
        self._payload[key] = str(value)
        return self

    def safe_publish(self, payload: dict[str, Any] | None = None, ignore_errors: bool = True) -> str | None:
        """Publishes the event if the run is one of a deployed flow; here, on this machine, it does nothing and says so."""
        return self.publish(payload=payload, force=False, ignore_errors=ignore_errors)

    def publish(
        self, payload: dict[str, Any] | None = None, force: bool = True, ignore_errors: bool = True
    ) -> str | None:
        """Publishes the event, with `payload` on top of its own; returns its id, `None` if it was not published.

        Raises:
            ArgoEventException: it could not be, and errors are not to be ignored; ignored ones are told.
        """
        if not force:
            _say(f"Argo Event ({self._name}) was not published. Use ArgoEvent(...).publish(...) to force publish.")
            return None
        event = _stamped(self._name, {**self._payload, **(payload or {})})
        try:
            self._post({"name": self._name, "payload": event})
        except (OSError, TypeError, ValueError) as error:
            message = f"Unable to publish Argo Event ({self._name}): {error}"
            if not ignore_errors:
                raise ArgoEventException(message) from error
            _say(message)
            return None
        _say(f"Argo Event ({self._name}) published.")
        return str(event["id"])

    def _post(self, body: dict[str, Any]) -> None:
        import json
        from urllib.request import Request, urlopen

        if not self._url:
            raise ValueError("no webhook is known: give `url=`, or set `SPINLOOM_ARGO_EVENTS_WEBHOOK_URL`")
        if not str(self._url).startswith(("http://", "https://")):
            raise ValueError(f"`{self._url}` is not the address of a webhook")
        headers = {"Content-Type": "application/json"}
        if self._access_token:
            headers["Authorization"] = f"Bearer {self._access_token}"
        request = Request(self._url, json.dumps(body).encode(), headers, method="POST")
        with urlopen(request, timeout=_TIMEOUT):
            pass


def _stamped(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with what flows expect of an event."""
    import time
    import uuid

    now = time.time()
    stamp = {
        "name": name,
        "id": str(uuid.uuid4()),
        "timestamp": int(now),
        "utc_date": time.strftime("%Y%m%d", time.gmtime(now)),
        "generated-by-metaflow": True,
    }
    return {**stamp, **payload}


def _say(message: str) -> None:
    print(message, file=sys.stderr)
