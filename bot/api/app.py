"""The FastAPI application."""

from fastapi import FastAPI

from bot.api import changes, health, insights, listing, problems
from bot.api.context import Context


def create_app(context: Context) -> FastAPI:
    """The API of one process; Slack's HTTP endpoint is added by the caller where it is used."""
    app = FastAPI(
        title="finops-bot",
        version="1",
        summary="Cloud cost: questions, insights, budgets, remediations",
        openapi_url="/api/v1/openapi.json",
        docs_url="/api/v1/docs",
        redoc_url=None,
    )
    app.state.context = context
    problems.install(app)
    app.include_router(health.router)
    for router in (insights.router, listing.router, changes.router):
        app.include_router(router, prefix="/api/v1")
    return app
