"""Costs by what one likes: grouped, filtered, over time, against the days before; as JSON and as a file."""

from datetime import date
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from bot.api.context import PLAIN_DAY, Context, InContext, Reader
from bot.api.cost_sql import CostRequest, groups, periods, series, totals
from bot.api.http import etags, problems
from bot.api.routes.listing import Limit, Offset, filters_of, parameters, select
from bot.api.schemas import responds, view_schema
from bot.cards.elements import tables
from domain import freshness
from nl2sql.guard.text.characters import characters

router = APIRouter(tags=["costs"], responses=problems.declared(400, *problems.ALWAYS))

Dimension = Literal[
    "provider",
    "billing_account",
    "account",
    "service",
    "service_category",
    "region",
    "team",
    "environment",
    "application",
    "charge_category",
    "pricing_category",
]
DIMENSIONS: tuple[str, ...] = get_args(Dimension)
Metric = Literal["effective", "billed", "contracted", "list"]
Grain = Literal["day", "week", "month"]
_DRAWN = 8  # groups with values over time of their own; the others are the periods' totals less these
_LONGEST_DAYS = 1_100
_NAMES = "|".join(DIMENSIONS)
_PATTERN = f"^(({_NAMES})(,({_NAMES}))?)?$"
_FILE_ROWS = 10_000


def _cost_request(
    request: Request,
    since: Annotated[date, PLAIN_DAY, Query(description="First day, UTC")],
    until: Annotated[date, PLAIN_DAY, Query(description="Day after the last, UTC")],
    group_by: Annotated[
        str,
        Query(pattern=_PATTERN, description="At most two dimensions, separated by a comma; empty for the whole"),
    ] = "service",
    metric: Annotated[Metric, Query(description="What cost means; tax is in none of them")] = "effective",
) -> CostRequest:
    """The parameters of both endpoints. 422 for dimensions and days that cannot be."""
    if not 0 < (until - since).days <= _LONGEST_DAYS:
        raise HTTPException(422, f"since comes before until, by {_LONGEST_DAYS} days at most.")
    filters = filters_of(request, DIMENSIONS)
    fits_no_row = any(characters(value) for value in filters.values())  # the guard lets no such value through
    by = tuple(dict.fromkeys(name for name in group_by.split(",") if name))
    return CostRequest(by, metric, since, until, {} if fits_no_row else filters, nothing=fits_no_row)


Asked = Annotated[CostRequest, Depends(_cost_request)]
_COLUMNS = view_schema("daily_costs")["properties"]
_MONEY = {"type": ["number", "null"]}
_PERIOD = {"period": {"type": "string", "format": "date"}, "currency": {"type": ["string", "null"]}, "cost": _MONEY}


def _list(*needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "required": list(needed), "properties": properties}}


_GROUPED = {name: {"type": ["string", "null"], "description": _COLUMNS[name]["description"]} for name in DIMENSIONS}
_SUMS = {"currency": {"type": ["string", "null"]}, "cost": _MONEY, "before": _MONEY}
_SCHEMA = {
    "type": "object",
    "required": ["items", "next_offset", "totals", "periods", "series", "data_through", "compared", "sql"],
    "properties": {
        "items": {
            **_list("currency", "cost", "before", **_GROUPED, **_SUMS),
            "description": "The groups, largest first; `before` is the cost of the days compared with",
        },
        "next_offset": {"type": ["integer", "null"], "description": "`offset` of the next page; null on the last"},
        "totals": {**_list("currency", "cost", "before", **_SUMS), "description": "Of all groups, by currency"},
        "periods": {**_list(*_PERIOD, **_PERIOD), "description": "Of all groups over time, where `grain` is given"},
        "series": {
            **_list(*_PERIOD, **_PERIOD, **_GROUPED),
            "description": f"The first {_DRAWN} groups of the page over time, where `grain` is given",
        },
        "data_through": {"type": ["string", "null"], "description": "The bills reach through this day"},
        "compared": {
            "type": "object",
            "required": ["since", "until"],
            "properties": {"since": {"type": "string"}, "until": {"type": "string"}},
            "description": "The days of `before`: as many as there are bills for, the end not in it",
        },
        "sql": {"type": "string", "description": "What was run for `items`; narrowed to what the caller may see"},
    },
}


@router.get(
    "/costs",
    summary="Costs grouped, filtered, over time, against the days before",
    response_model=None,
    responses={**responds("The costs", _SCHEMA, **etags.HEADER), **etags.UNCHANGED},
    openapi_extra={"parameters": parameters(DIMENSIONS)},
)
def costs(
    request: Request,
    context: InContext,
    caller: Reader,
    cost_request: Asked,
    grain: Annotated[Grain | None, Query(description="Also give values over time")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """An empty filter (`team=`) is what has none. A running month is compared with
    as many days of the month before, other days with as many days before them.
    """
    reached = _through(context, cost_request)
    cost_request = cost_request.until_data(reached)
    statement = groups(cost_request, limit + 1, offset)
    items = select(context, caller.actor, statement, limit + 1)
    shown = items[:limit]
    body = {
        "items": shown,
        "next_offset": offset + limit if len(items) > limit and offset + limit <= 100_000 else None,
        "totals": select(context, caller.actor, totals(cost_request), 50),
        "periods": select(context, caller.actor, periods(cost_request, grain), 5_000) if grain else [],
        "series": select(context, caller.actor, series(cost_request, grain, shown[:_DRAWN]), 40_000)
        if grain and shown and cost_request.by
        else [],
        "data_through": reached.isoformat() if reached else None,
        "compared": {"since": cost_request.compared[0].isoformat(), "until": cost_request.compared[1].isoformat()},
        "sql": statement.sql("postgres", pretty=True),
    }
    return etags.respond(request, body)


@router.get(
    "/costs.csv",
    summary="Costs as a file",
    response_class=Response,
    responses={200: {"description": "The groups, largest first", "content": {"text/csv": {}}}},
    openapi_extra={"parameters": parameters(DIMENSIONS)},
)
def costs_file(context: InContext, caller: Reader, cost_request: Asked) -> Response:
    """At most 10,000 groups. What a spreadsheet would run as a formula begins with an apostrophe."""
    cost_request = cost_request.until_data(_through(context, cost_request))
    rows = select(context, caller.actor, groups(cost_request, _FILE_ROWS, 0), _FILE_ROWS)
    columns = [*cost_request.by, "currency", "cost", "before"]
    text = tables.csv_of({"columns": columns, "rows": [[row[name] for name in columns] for row in rows]})
    name = f"costs-{cost_request.since}-{cost_request.until}.csv"
    return Response(text, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _through(context: Context, cost_request: CostRequest) -> date | None:
    """The last day that the bills of every provider in it reach."""
    with context.database.app.connect() as connection:
        return freshness.data_through(connection, {name: value or None for name, value in cost_request.filters.items()})
