"""Lists: a page of a reporting view, through the same guard and the same narrowing as a question in Slack."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlglot import exp

from access import Actor
from bot.api.context import Context, InContext, Reader
from errors import UserError
from nl2sql import catalog
from nl2sql.run import rows_of

router = APIRouter()
Limit = Annotated[int, Query(ge=1, le=500, description="Rows a page")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Rows to skip")]


@dataclass(frozen=True)
class Listing:
    """A path, the view behind it, its order, and the columns that can be filtered on by equality."""

    path: str
    view: str
    order: str
    filters: tuple[str, ...]
    says: str
    newest_first: bool = True


LISTINGS = (
    Listing("/insights", "insights", "insight_id", ("kind", "severity", "status", "team", "service", "account", "provider"), "Anomalies, budget breaches, idle resources, savings"),
    Listing("/resources", "resources", "resource_id", ("team", "account", "service", "region", "environment", "state", "resource_type"), "Resources of bills and inventory", False),
    Listing("/budgets", "budgets", "period_start", ("budget", "status", "scope"), "Budgets and how they stand"),
    Listing("/forecasts", "forecasts", "forecast_date", ("scope_kind", "scope", "made_on"), "Expected cost a day", False),
    Listing("/recommendations", "recommendations", "recommendation_id", ("kind", "team", "account", "status", "resource_id"), "Changes that would save money"),
    Listing("/remediations", "remediations", "remediation_id", ("state", "playbook", "team", "account"), "Proposed and executed changes"),
    Listing("/savings", "savings", "applied_on", ("status", "team", "resource_id"), "The savings ledger"),
    Listing("/prices", "prices", "instance_type", ("provider", "region", "instance_type"), "On-demand prices", False),
)  # fmt: skip


def select(context: Context, actor: Actor, statement: exp.Select, limit: int) -> list[dict[str, Any]]:
    """Rows of a checked statement as dicts; 503 when the database is too slow or away."""
    try:
        return rows_of(statement.sql("postgres"), actor, context.database, context.settings, limit)
    except UserError as error:
        raise HTTPException(503, str(error)) from error


def page_of(listing: Listing, wanted: Mapping[str, str], limit: int, offset: int) -> exp.Select:
    """The statement of one page; values are literals of the tree, never text pasted in."""
    statement = exp.select("*").from_(listing.view)
    for name, value in wanted.items():
        statement = statement.where(exp.cast(exp.column(name), "text").eq(exp.Literal.string(value)))
    columns = catalog.reporting().relations[listing.view].columns
    tie = [exp.column(columns[0]).asc()] if columns[0] != listing.order else []
    order = exp.column(listing.order).desc() if listing.newest_first else exp.column(listing.order).asc()
    return statement.order_by(order, *tie).limit(limit + 1).offset(offset)


def respond(request: Request, response: Response, items: list[dict[str, Any]], limit: int, offset: int) -> dict[str, Any] | Response:
    """A page with its next offset and ETag; 304 when the caller has it."""
    body = {"items": items[:limit], "next_offset": offset + limit if len(items) > limit else None}
    tag = '"' + hashlib.sha256(json.dumps(body, default=str, sort_keys=True).encode()).hexdigest()[:24] + '"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return body


def _route(listing: Listing) -> None:
    def page(request: Request, response: Response, context: InContext, caller: Reader, limit: Limit = 100, offset: Offset = 0) -> Any:
        unknown = set(request.query_params) - {*listing.filters, "limit", "offset"}
        if unknown:
            raise HTTPException(422, f"Unknown filter {', '.join(sorted(unknown))}; there are {', '.join(listing.filters)}.")
        wanted = {name: value[:300].replace("\x00", "") for name, value in request.query_params.items() if name in listing.filters}
        return respond(request, response, select(context, caller.actor, page_of(listing, wanted, limit, offset), limit + 1), limit, offset)

    parameters = [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in listing.filters]
    name = listing.path.strip("/")
    router.add_api_route(
        listing.path,
        page,
        summary=listing.says,
        tags=["lists"],
        name=name,
        operation_id=f"list_{name}",
        openapi_extra={"parameters": parameters},
    )


for _listing in LISTINGS:
    _route(_listing)


@router.get("/accounts", summary="Accounts with their cost of the last 30 days", tags=["lists"])
def accounts(request: Request, response: Response, context: InContext, caller: Reader, limit: Limit = 100, offset: Offset = 0) -> Any:
    """Largest first."""
    return respond(request, response, _costs_by(context, caller.actor, ("provider", "account_id", "account"), limit, offset), limit, offset)


@router.get("/services", summary="Services with their cost of the last 30 days", tags=["lists"])
def services(request: Request, response: Response, context: InContext, caller: Reader, limit: Limit = 100, offset: Offset = 0) -> Any:
    """Largest first."""
    return respond(
        request, response, _costs_by(context, caller.actor, ("provider", "service", "service_category"), limit, offset), limit, offset
    )


def _costs_by(context: Context, actor: Actor, names: tuple[str, ...], limit: int, offset: int) -> list[dict[str, Any]]:
    columns = [exp.column(name) for name in (*names, "currency")]
    cost = exp.func("sum", exp.column("effective_cost"), dialect="postgres")
    statement = (
        exp.select(*columns, exp.alias_(cost, "effective_cost_30_days"))
        .from_("daily_costs")
        .where("charge_category <> 'Tax'", "usage_date >= current_date - 30")
        .group_by(*columns)
        .order_by(exp.column("effective_cost_30_days").desc(), *columns)
        .limit(limit + 1)
        .offset(offset)
    )
    return select(context, actor, statement, limit + 1)
