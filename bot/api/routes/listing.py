"""Lists: a page of a reporting view, through the same guard and the same narrowing as a question in Slack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlglot import exp

from bot.api.context import PLAIN_DAY, STORABLE, Context, InContext, Reader
from bot.api.http import etags, problems
from bot.api.schemas import page_schema, view_schema
from config.access import Actor
from config.errors import UserError
from nl2sql.catalog import views
from nl2sql.execution.run import rows_of
from nl2sql.guard.text.characters import characters

router = APIRouter(tags=["lists"], responses=problems.declared(400, *problems.ALWAYS))
Limit = Annotated[int, Query(ge=1, le=500, description="Rows a page")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Rows to skip")]
Day = Annotated[date | None, PLAIN_DAY, Query(description="UTC, as 2026-11-15")]
_LONGEST = 300


@dataclass(frozen=True)
class Listing:
    """A path, the view behind it, the columns that order its rows, those that
    can be filtered on by equality, and the one of `since` and `until`.
    """

    path: str
    view: str
    order: tuple[str, ...]
    filters: tuple[str, ...]
    says: str
    newest_first: bool = True
    day: str | None = None


LISTINGS = (
    Listing(
        "/insights",
        "insights",
        ("insight_id",),
        ("kind", "severity", "status", "team", "service", "account", "provider"),
        "Anomalies, budget breaches, idle resources, savings",
        day="detected_at",
    ),
    Listing(
        "/resources",
        "resources",
        ("resource_id",),
        ("team", "account", "service", "region", "environment", "state", "resource_type"),
        "Resources of bills and inventory",
        False,
    ),
    Listing(
        "/budgets",
        "budgets",
        ("period_start", "budget"),
        ("budget", "status", "scope"),
        "Budgets and how they stand",
        day="period_start",
    ),
    Listing(
        "/forecasts",
        "forecasts",
        ("made_on", "scope_kind", "scope", "currency", "forecast_date"),
        ("scope_kind", "scope", "made_on"),
        "Expected cost a day, the newest forecast first",
        day="forecast_date",
    ),
    Listing(
        "/recommendations",
        "recommendations",
        ("recommendation_id",),
        ("kind", "team", "account", "status", "resource_id"),
        "Changes that would save money",
        day="created_at",
    ),
    Listing(
        "/remediations",
        "remediations",
        ("remediation_id", "resource_id"),
        ("state", "playbook", "team", "account", "resource_id"),
        "Proposed and executed changes, a row a resource",
        day="requested_at",
    ),
    Listing(
        "/savings",
        "savings",
        ("applied_on", "remediation_id", "resource_id"),
        ("status", "team", "resource_id"),
        "The savings ledger",
        day="applied_on",
    ),
    Listing(
        "/showback",
        "showback",
        ("month", "team", "shared_cost", "currency"),
        ("team", "shared_cost"),
        "What each team bears of a month",
        day="month",
    ),
    Listing(
        "/prices",
        "prices",
        ("instance_type", "provider", "region", "operating_system"),
        ("provider", "region", "instance_type"),
        "On-demand prices",
        False,
    ),
    Listing("/freshness", "data_freshness", ("provider",), ("provider",), "How far the bills reach", False),
)


def select(context: Context, actor: Actor, statement: exp.Select, limit: int) -> list[dict[str, Any]]:
    """Rows of a checked statement as dicts; 503 when the database is too slow or away."""
    try:
        return rows_of(statement.sql("postgres"), actor, context.database, context.settings, limit)
    except UserError as error:
        raise HTTPException(503, str(error), {"Retry-After": "5"}) from error


def page_of(
    listing: Listing,
    filters: Mapping[str, str],
    limit: int,
    offset: int,
    since: date | None = None,
    until: date | None = None,
) -> exp.Select:
    """The statement of one page (`until` is not in it); values are literals of the tree, never text pasted in."""
    statement = exp.select("*").from_(listing.view)
    for name, value in filters.items():
        statement = statement.where(exp.cast(exp.column(name), "text").eq(exp.Literal.string(value)))
    if listing.day and since:
        statement = statement.where(exp.column(listing.day) >= exp.cast(exp.Literal.string(since.isoformat()), "date"))
    if listing.day and until:
        statement = statement.where(exp.column(listing.day) < exp.cast(exp.Literal.string(until.isoformat()), "date"))
    first, *rest = listing.order
    order = exp.column(first).desc() if listing.newest_first else exp.column(first).asc()
    return statement.order_by(order, *(exp.column(name).asc() for name in rest)).limit(limit + 1).offset(offset)


def selected_page(
    request: Request,
    context: Context,
    actor: Actor,
    filters: Mapping[str, str],
    statement: exp.Select,
    limit: int,
    offset: int,
) -> Response:
    """The page of a statement; a value with invisible characters fits no row,
    for the guard lets no statement with one through.
    """
    unreadable = any(characters(value) for value in filters.values())
    return respond(request, [] if unreadable else select(context, actor, statement, limit + 1), limit, offset)


def respond(request: Request, items: list[dict[str, Any]], limit: int, offset: int) -> Response:
    """A page with its ETag, its next offset and the next page's address; 304 when the caller has it."""
    more = len(items) > limit and offset + limit <= 100_000
    body = {"items": items[:limit], "next_offset": offset + limit if more else None}
    following = request.url.include_query_params(offset=offset + limit, limit=limit)
    link = {"Link": f'<{following.path}?{following.query}>; rel="next"'} if more else {}
    return etags.respond(request, body, link)


def filters_of(request: Request, filters: Sequence[str]) -> dict[str, str]:
    """The filters of a request."""
    given = {name: value for name, value in request.query_params.items() if name in filters}
    if long := [name for name, value in given.items() if len(value) > _LONGEST]:
        raise HTTPException(422, f"{', '.join(long)}: at most {_LONGEST} characters.")
    return given


def parameters(filters: Sequence[str]) -> list[dict[str, Any]]:
    """Filters for OpenAPI."""
    text = {"type": "string", "maxLength": _LONGEST, "pattern": STORABLE}
    return [
        {"name": name, "in": "query", "required": False, "schema": text, "description": "Rows with this value"}
        for name in filters
    ]


def _documented(names: Sequence[str], schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    link = {"Link": {"description": "The next page's address, `rel=next`", "schema": {"type": "string"}}}
    content = {"application/json": {"schema": page_schema(schema)}}
    return {200: {"description": "A page", "content": content, "headers": {**etags.HEADER, **link}}, **etags.UNCHANGED}


def _route(listing: Listing) -> None:
    def rows(
        request: Request, context: Context, caller: Any, limit: int, offset: int, since: date | None, until: date | None
    ) -> Response:
        filters = filters_of(request, listing.filters)
        return selected_page(
            request,
            context,
            caller.actor,
            filters,
            page_of(listing, filters, limit, offset, since, until),
            limit,
            offset,
        )

    def page(request: Request, context: InContext, caller: Reader, limit: Limit = 100, offset: Offset = 0) -> Response:
        return rows(request, context, caller, limit, offset, None, None)

    def dated(
        request: Request,
        context: InContext,
        caller: Reader,
        since: Day = None,
        until: Day = None,
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> Response:
        return rows(request, context, caller, limit, offset, since, until)

    name = listing.path.strip("/")
    router.add_api_route(
        listing.path,
        dated if listing.day else page,
        summary=listing.says,
        description=f"Filters: {', '.join(listing.filters)}."
        + (f" `since` and `until` (not in it) are about {listing.day}." if listing.day else ""),
        name=name,
        operation_id=f"list_{name}",
        response_model=None,
        responses=_documented(listing.filters, view_schema(listing.view)),
        openapi_extra={"parameters": parameters(listing.filters)},
    )


for _listing in LISTINGS:
    _route(_listing)

_COSTS = ("provider", "team", "environment")


def _ranked(path: str, names: tuple[str, ...], says: str) -> None:
    """A list of what costs are grouped by, largest first."""

    def page(
        request: Request,
        context: InContext,
        caller: Reader,
        days: Annotated[int, Query(ge=1, le=400, description="Days whose cost is summed")] = 30,
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> Response:
        filters = filters_of(request, _COSTS)
        return selected_page(
            request, context, caller.actor, filters, _costs_by(names, filters, days, limit, offset), limit, offset
        )

    columns = view_schema("daily_costs")["properties"]
    cost = {"effective_cost": {"type": ["number", "null"], "description": "Effective cost of these days, without tax"}}
    schema = {"type": "object", "properties": {name: columns[name] for name in (*names, "currency")} | cost}
    name = path.strip("/")
    router.add_api_route(
        path,
        page,
        summary=says,
        description="Largest first.",
        name=name,
        operation_id=f"list_{name}",
        response_model=None,
        responses=_documented(_COSTS, schema),
        openapi_extra={"parameters": parameters(_COSTS)},
    )


def _costs_by(names: tuple[str, ...], filters: Mapping[str, str], days: int, limit: int, offset: int) -> exp.Select:
    columns = [exp.column(name) for name in (*names, "currency")]
    cost = exp.func("sum", exp.column("effective_cost"), dialect="postgres")
    statement = (
        exp.select(*columns, exp.alias_(cost, "effective_cost"))
        .from_("daily_costs")
        .where("charge_category <> 'Tax'", f"usage_date >= current_date - {int(days)}")
    )
    for name, value in filters.items():
        statement = statement.where(exp.column(name).eq(exp.Literal.string(value)))
    ordered = statement.group_by(*columns).order_by(exp.column("effective_cost").desc(), *columns)
    return ordered.limit(limit + 1).offset(offset)


_ranked("/accounts", ("provider", "account_id", "account"), "Accounts with what they cost")
_ranked("/services", ("provider", "service", "service_category"), "Services with what they cost")

assert all(set(listing.filters) <= set(views.reporting().relations[listing.view].columns) for listing in LISTINGS)
