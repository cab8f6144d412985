"""Tools that list: insights, recommendations, budgets, forecasts, remediations, as the API lists them."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import HTTPException
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from bot.api.routes.listing import LISTINGS, page_of, select
from bot.mcp.questions import READS
from bot.mcp.tool_context import ToolContext
from config.access import Permission
from nl2sql.guard.text.characters import characters

_LISTED = {listing.path: listing for listing in LISTINGS}
Limit = Annotated[int, Field(ge=1, le=200, description="Most rows")]
Name = Annotated[str | None, Field(max_length=300)]
Day = Annotated[str | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day, as 2026-11-15")]


def add(server: MCPServer[Any], tools: ToolContext) -> None:
    """Register the tools."""

    @server.tool(title="List insights", annotations=READS)
    def list_insights(
        status: Literal["open", "acknowledged", "expected", "snoozed", "resolved"] | None = None,
        kind: Name = None,
        severity: Literal["critical", "high", "medium", "low"] | None = None,
        team: Name = None,
        since: Day = None,
        limit: Limit = 50,
    ) -> dict[str, Any]:
        """Anomalies, budget breaches, idle resources, verified savings: the newest first, with what they are worth."""
        filters = {"status": status, "kind": kind, "severity": severity, "team": team}
        return _rows(tools, "/insights", filters, limit, since)

    @server.tool(title="List recommendations", annotations=READS)
    def list_recommendations(
        team: Name = None, status: Name = None, kind: Name = None, limit: Limit = 50
    ) -> dict[str, Any]:
        """Changes that would save money, with what they would save a month."""
        return _rows(tools, "/recommendations", {"team": team, "status": status, "kind": kind}, limit)

    @server.tool(title="Get budgets", annotations=READS)
    def get_budgets(budget: Name = None, status: Name = None, limit: Limit = 50) -> dict[str, Any]:
        """Budgets with what is spent of them and what they are heading for."""
        return _rows(tools, "/budgets", {"budget": budget, "status": status}, limit)

    @server.tool(title="Get the forecast", annotations=READS)
    def get_forecast(scope_kind: Name = None, scope: Name = None, limit: Limit = 100) -> dict[str, Any]:
        """Expected cost a day with its bounds, the newest forecast first; of all spend, or of a scope as a team."""
        return _rows(tools, "/forecasts", {"scope_kind": scope_kind, "scope": scope}, limit)

    @server.tool(title="List remediations", annotations=READS)
    def list_remediations(state: Name = None, team: Name = None, limit: Limit = 50) -> dict[str, Any]:
        """Proposed and executed changes, one row per resource. They are approved by people in Slack, never here."""
        return _rows(tools, "/remediations", {"state": state, "team": team}, limit)


def _rows(
    tools: ToolContext, path: str, filters: dict[str, str | None], limit: int, since: str | None = None
) -> dict[str, Any]:
    """The first rows of a list with these values, narrowed to the caller; `more` where there are further ones."""
    actor = tools.asker(Permission.READ, "read")
    values = {name: value for name, value in filters.items() if value is not None}
    if any(characters(value) for value in values.values()):  # fits no row: the guard lets none through
        return {"items": [], "more": False}
    try:
        day = date.fromisoformat(since) if since else None
        statement = page_of(_LISTED[path], values, limit, 0, day)
        rows = select(tools.context, actor, statement, limit + 1)
    except HTTPException as error:
        raise ToolError(str(error.detail)) from error
    except ValueError as error:
        raise ToolError(f"since: {since} is no day.") from error
    return {"items": rows[:limit], "more": len(rows) > limit}
