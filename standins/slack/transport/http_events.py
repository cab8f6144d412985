"""Delivery to a request URL over HTTP, signed as Slack signs."""

import asyncio
import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from standins.slack.faults import Faults
from standins.slack.transport.delivery import Acked, Envelope, Missed


def signature(secret: str, timestamp: str, body: str) -> str:
    """The v0 signature of a request body (HMAC-SHA256 over `v0:timestamp:body`)."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


class HttpTransport:
    """Posts envelopes to the app's request URL."""

    def __init__(self, url: str, secret: str, faults: Faults) -> None:
        self.url = url
        self.secret = secret
        self.faults = faults

    async def ready(self) -> None:
        """HTTP needs no connection beforehand."""

    async def send(self, envelope: Envelope, seconds: float) -> Acked | Missed:
        """One signed POST; any 2xx within the time is an ack."""
        body, kind = self._body(envelope)
        stamp = str(int(time.time() + self.faults.clock_skew))
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.secret, stamp, body),
        }
        if envelope.attempt:
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}
        started = time.monotonic()
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds)) as session,
                session.post(self.url, data=body, headers=headers) as response,
            ):
                text = await response.text()
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                status = response.status
        except TimeoutError:
            return Missed("http_timeout")
        except aiohttp.ClientError:
            return Missed("connection_failed")
        await asyncio.sleep(self.faults.hold_acks)
        return (
            Acked(_reply(text), time.monotonic() - started) if 200 <= status < 300 else Missed("http_error", no_retry)
        )

    @staticmethod
    def _body(envelope: Envelope) -> tuple[str, str]:
        if envelope.kind == "events_api":
            return json.dumps(envelope.payload), "application/json"
        form = envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
        return urlencode(form), "application/x-www-form-urlencoded"


def _reply(text: str) -> dict[str, object] | None:
    if not text.strip():
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else None
