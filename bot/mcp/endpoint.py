"""The protocol over streamable HTTP: each request is signed in and counted as one of the API's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi.security import HTTPBearer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.api.auth.tokens import SCOPES
from bot.api.context import Context, caller_of
from bot.api.http.problems import problem
from bot.mcp.server import create_server
from bot.mcp.tool_context import CALLER

PATH = "/mcp"
_SIGN_IN_PATH = f"/.well-known/oauth-protected-resource{PATH}"
_bearer = HTTPBearer(auto_error=False)


class Endpoint:
    """An ASGI application for one path; keeps nothing between requests, so that any process may serve any of them."""

    def __init__(self, context: Context) -> None:
        server = create_server(context)
        # Whoever lures a browser here has no token: the check of hosts, which proxies break, adds nothing.
        hosts = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(
            streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=hosts
        )
        self._sessions = server.session_manager
        self._issuer = context.sign_in.issuer if context.sign_in else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for the length of the block; once."""
        async with self._sessions.run():
            yield

    def routes(self) -> list[Route]:
        """The path of the protocol and, where there is a sign-in provider, what tells clients of it."""
        routes = [Route(PATH, self, include_in_schema=False)]
        if self._issuer:
            routes.append(Route(_SIGN_IN_PATH, self._about, methods=["GET"], include_in_schema=False))
        return routes

    async def _about(self, request: Request) -> JSONResponse:
        """Where tokens for this endpoint come from, as RFC 9728 has it."""
        content: dict[str, Any] = {
            "resource": f"{_origin(request)}{PATH}",
            "authorization_servers": [self._issuer],
            "scopes_supported": [f"finops:{scope}" for scope in SCOPES if scope != "write"],
            "bearer_methods_supported": ["header"],
        }
        return JSONResponse(content)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says; 401, 403 and 429 as of the API."""
        request = Request(scope, receive)
        try:
            if request.method != "POST":  # there is nothing to stream, and no session to end
                raise HTTPException(405, "Send POST; this server streams nothing of its own.", {"Allow": "POST"})
            caller = await run_in_threadpool(caller_of, request, await _bearer(request))
        except HTTPException as error:
            answer = problem(error.status_code, str(error.detail))
            answer.headers.update(error.headers or {})
            if error.status_code == 401 and self._issuer:
                where = f'Bearer resource_metadata="{_origin(request)}{_SIGN_IN_PATH}"'
                answer.headers["WWW-Authenticate"] = where
            await answer(scope, receive, send)
            return
        signed = CALLER.set(caller)
        try:
            await self._sessions.handle_request(scope, receive, send)
        finally:
            CALLER.reset(signed)


def _origin(request: Request) -> str:
    """The address that the client used; behind a proxy that ends TLS it is https."""
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip()
    scheme = forwarded if forwarded in ("http", "https") else request.url.scheme
    return f"{scheme}://{request.url.netloc}"
