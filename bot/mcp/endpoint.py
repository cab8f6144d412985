"""The protocol over streamable HTTP: each request is signed in and counted as one of the API's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi.security import HTTPBearer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from bot.api.context import Context, caller_of
from bot.api.problems import problem
from bot.mcp.desk import CALLER
from bot.mcp.server import create_server

PATH = "/mcp"
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

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve for the length of the block; once."""
        async with self._sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says; 401, 403 and 429 as of the API."""
        request = Request(scope, receive)
        try:
            caller = await run_in_threadpool(caller_of, request, await _bearer(request))
        except HTTPException as error:
            answer = problem(error.status_code, str(error.detail))
            answer.headers.update(error.headers or {})
            await answer(scope, receive, send)
            return
        signed = CALLER.set(caller)
        try:
            await self._sessions.handle_request(scope, receive, send)
        finally:
            CALLER.reset(signed)
