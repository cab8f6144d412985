"""What is expected of a scope, what an earlier forecast had said of the days since, and how far forecasts were off."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Query, Request, Response

from bot.api.context import InContext, Reader
from bot.api.http import etags, problems
from bot.api.routes.listing import filters_of, parameters
from bot.api.schemas import responds, table_schema
from config.access import may_see_scope
from db.tables import ForecastAccuracy
from domain import forecasts_view
from domain.forecasts_view import DIMENSIONS, Outlook
from domain.freshness import data_through

router = APIRouter(tags=["lists"], responses=problems.declared(400, *problems.ALWAYS))
_MONEY = {"type": ["number", "null"]}
_DAY = {"type": "string", "format": "date"}
_SCORES = ("measured_on", "horizon_days", "kind", "model", "total_error", "day_mape", "coverage_80")
_SCORE = table_schema(ForecastAccuracy)["properties"]


def _rows(description: str, **properties: Any) -> dict[str, Any]:
    item = {"type": "object", "required": list(properties), "properties": properties}
    return {"type": "array", "description": description, "items": item}


_REACH = {
    "type": ["object", "null"],
    "description": "How the months before went on from the same day: the running one ends within what is expected of "
    "its rest times or divided by `factor`, as `held` of `seen` months did; null where too few are known",
    "required": ["factor", "held", "periods"],
    "properties": {"factor": {"type": "number"}, "held": {"type": "integer"}, "periods": {"type": "integer"}},
}
_OUTLOOK = {
    "type": "object",
    "required": ["scope_kind", "scope", "currency", "made_on", "model", "days", "past", "accuracy", "month"],
    "properties": {
        "scope_kind": {"type": "string"},
        "scope": {"type": "string"},
        "currency": {"type": "string"},
        "made_on": _DAY,
        "model": {"type": "string"},
        "days": _rows("The days to come", day=_DAY, expected=_MONEY, low=_MONEY, high=_MONEY),
        "past": _rows("The days before, against an earlier forecast", day=_DAY, actual=_MONEY, was_expected=_MONEY),
        "month": _REACH,
        "accuracy": _rows(
            "The newest errors of each horizon: of this model in tests on the past, and of what was predicted live",
            **{name: _SCORE[name] for name in _SCORES},
        ),
    },
}


@router.get(
    "/forecasts/outlook",
    summary="The newest forecast of a scope, the days before it as expected and as they were, and past errors",
    response_model=None,
    responses={**responds("The outlook", _OUTLOOK, **etags.HEADER), **etags.UNCHANGED, **problems.declared(404)},
    openapi_extra={"parameters": parameters(DIMENSIONS)},
)
def outlook(
    request: Request,
    context: InContext,
    caller: Reader,
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$", description="Default: the organisation's")] = None,
    days: Annotated[int, Query(ge=1, le=400)] = 90,
) -> Response:
    """The scope is said by its dimensions, none for everything. 404 without a forecast of it, and where the caller
    may not see all of its costs.
    """
    filters = filters_of(request, DIMENSIONS)
    scope = {name: filters[name] for name in DIMENSIONS if name in filters}
    of = currency or context.organisation.currency
    with context.database.app.connect() as connection:
        forecast = forecasts_view.read(connection, scope, of, days) if may_see_scope(caller.actor, scope) else None
        if forecast is None:
            raise HTTPException(404, "There is no forecast of this yet; one is made every morning after the bills.")
        scores = _scores(connection, scope, of, forecast.model)
        through = data_through(connection, scope, forecast.days[-1])
        month = forecasts_view.month_reach(connection, scope, of, through + timedelta(1)) if through else None
    return etags.respond(request, {**_body(scope, of, forecast, scores), "month": asdict(month) if month else None})


def _body(scope: dict[str, str], currency: str, forecast: Outlook, scores: list[dict[str, Any]]) -> dict[str, Any]:
    ahead = zip(forecast.days, forecast.expected, forecast.low_80, forecast.high_80, strict=True)
    behind = zip(forecast.past, forecast.actual, forecast.was_expected, strict=True)
    return {
        "scope_kind": forecasts_view.kind_of(scope),
        "scope": forecasts_view.label_of(scope),
        "currency": currency,
        "made_on": forecast.made_on,
        "model": forecast.model,
        "days": [{"day": day, "expected": expected, "low": low, "high": high} for day, expected, low, high in ahead],
        "past": [{"day": day, "actual": actual, "was_expected": expected} for day, actual, expected in behind],
        "accuracy": scores,
    }


def _scores(connection: sa.Connection, scope: dict[str, str], currency: str, model: str) -> list[dict[str, Any]]:
    table = ForecastAccuracy
    newest = (
        sa.select(*(getattr(table, name) for name in _SCORES))
        .where(table.scope_kind == forecasts_view.kind_of(scope), table.scope == forecasts_view.label_of(scope))
        .where(table.currency == currency)
        .where(sa.or_(table.model == model, table.kind == "live"))  # live is what was shown then, whatever made it
        .distinct(table.horizon_days, table.kind)
        .order_by(table.horizon_days, table.kind, table.measured_on.desc())
    )
    return [dict(row) for row in connection.execute(newest).mappings()]
