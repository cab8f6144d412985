"""The FastAPI application."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI

from bot.api import page
from bot.api.context import Context, caller_of, reject_unknown_parameters
from bot.api.http import problems
from bot.api.http.middleware import PREFIX, Edge
from bot.api.ops import health, metrics
from bot.api.pulse import Pulse
from bot.api.routes import ai, budgets, costs, insights, listing, outlook, remediations, sign_in, subscriptions, views
from bot.api.routes.operations import events, records, threads, upkeep

_ABOUT = """Cloud cost: questions, insights, budgets, remediations; everything narrowed to what the caller may see.

Send `Authorization: Bearer TOKEN`: a token of `finops tokens issue`, or a JWT of the configured sign-in provider. The
web page sends its session's cookie instead, and with a change the `X-CSRF-Token` that `GET /me` says. A token has
scopes (`read`, `ask`, `write`), its person has roles; both have to allow a call. Lists are paged with `limit` and
`offset`, filtered by equality, and bear an `ETag`; what changes things takes `If-Match`.
Errors are problem documents (RFC 9457). Who calls more than 10 times a second in the long run is answered 429 with
`Retry-After`."""


def create_app(context: Context) -> FastAPI:
    """The API of one process, with the door for other assistants; Slack's HTTP endpoint is added by the caller."""
    from bot.mcp.endpoint import Endpoint  # noqa: PLC0415 - the protocol is slow to load, and only HTTP needs it

    assistants = Endpoint(context)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with assistants.running(), pulse.running():
            yield

    app = _Documented(
        lifespan=lifespan,
        title="finops-bot",
        version="1",
        summary="Cloud cost: questions, insights, budgets, remediations",
        description=_ABOUT,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=f"{PREFIX}/docs",
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    closing = app.state.closing = threading.Event()  # set before the server stops: it waits for answers that are open
    pulse = app.state.pulse = Pulse(lambda: app.state.context.database, closing)
    problems.install(app)
    app.add_middleware(Edge)
    for router in (health.router, metrics.router, sign_in.browser):
        app.include_router(router)
    routers = (
        sign_in.router,
        ai.router,
        costs.router,
        insights.router,
        budgets.router,
        remediations.router,
        threads.router,
        records.router,
        upkeep.router,
        outlook.router,
        events.router,
        subscriptions.router,
        views.router,
        listing.router,
    )
    for router in routers:
        app.include_router(router, prefix=PREFIX, dependencies=[Depends(caller_of), Depends(reject_unknown_parameters)])
    app.router.routes.extend(assistants.routes())
    page.install(app)
    return app


class _Documented(FastAPI):
    """Adds to the description what FastAPI does not know: the problem document, and the sign-in provider."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            made = super().openapi()
            components = made.setdefault("components", {})
            components.setdefault("schemas", {})["Problem"] = problems.SCHEMA
            sign_in = self.state.context.sign_in
            if sign_in is not None:
                address = f"{sign_in.issuer.rstrip('/')}/.well-known/openid-configuration"
                components["securitySchemes"]["oidc"] = {"type": "openIdConnect", "openIdConnectUrl": address}
        return self.openapi_schema or {}
