"""The edge of the HTTP side: a request's id, its size, its line in the log, its time, and what nobody foresaw."""

import logging
import re
import time
from typing import Final
from urllib.parse import parse_qsl

from prometheus_client import Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.http.problems import problem
from config import logs

log = logging.getLogger("api")

REQUEST_SECONDS = Histogram(
    "finops_api_request_seconds",
    "Time to serve a request of the API, in this process",
    ["method", "route", "status"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
PREFIX: Final = "/api/v1"
_LARGEST_BODY: Final = 1_000_000
_HEADER: Final = b"x-request-id"
_IDENTITY: Final = re.compile(r"[\w.-]{1,64}")
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_STREAM: Final = f"{PREFIX}/events"  # is open for minutes, which is no time to serve a request
_SECURITY: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Edge:
    """Wraps an application; the answer says the request's id, which is the
    caller's own `X-Request-Id` where there is one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == _HEADER), "")
        identity = given if _IDENTITY.fullmatch(given) else logs.new_request()
        with logs.request(identity):
            await self._served(scope, receive, send, identity)

    async def _served(self, scope: Scope, receive: Receive, send: Send, identity: str) -> None:
        started, status, read = time.perf_counter(), 0, 0

        async def sized() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > _LARGEST_BODY:
                raise HTTPException(413, "A body may have 1 MB.")
            return message

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*_guarded(message["headers"]), (_HEADER, identity.encode("latin-1"))]}
            await send(message)

        try:
            if refusal := _refusal(scope):
                await problem(422, refusal)(scope, receive, named)
            else:
                await self.app(scope, sized, named)
        except Exception:
            log.exception("unexpected error, reference %s", identity)
            if status:
                raise
            text = f"Something went wrong on our side. An admin finds it in the log under reference {identity}."
            await problem(500, text, reference=identity)(scope, receive, named)
        finally:
            _noted(scope, status, time.perf_counter() - started)


def _refusal(scope: Scope) -> str | None:
    """What no endpoint takes: NUL characters, and a parameter that is given twice."""
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        return "A value holds a NUL character."
    names = [name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)]
    return "A parameter is given once." if len(names) > len(set(names)) else None


def _guarded(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """With what keeps an answer out of caches and other sites' frames, where the endpoint says nothing of its own."""
    own = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in _SECURITY if name not in own)]


def _noted(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path_format", None) or "unknown"
    if scope["path"].startswith(PREFIX) and not route.startswith(("unknown", PREFIX)):
        route = PREFIX + route
    method = scope["method"] if scope["method"] in _METHODS else "other"
    if route != _STREAM:
        REQUEST_SECONDS.labels(method, route, str(status)).observe(seconds)
    if route not in _QUIET:
        about = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(1000 * seconds),
            "person": scope.get("state", {}).get("person"),
        }
        log.info("request", extra=about)
