"""Insights: the summary, one of them, and what a person decides about it."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from sqlglot import exp, parse_one

from bot.api.context import WHOLE, Context, InContext, Reader, Text, Triager
from bot.api.http import etags, problems
from bot.api.routes.listing import select
from bot.api.schemas import responds, table_schema
from config.access import Actor, may_see_team
from db.tables import Insight
from domain import insights

router = APIRouter(tags=["insights"], responses=problems.declared(*problems.ALWAYS))
_SUMMARY_ROWS = 1_000
_SEVERITIES = ("critical", "high", "medium", "low")
Number = Annotated[int, Path(ge=1, lt=2**63, description="Number of the insight")]


class Decision(BaseModel):
    """What becomes of an insight."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"status": "expected", "reason": "the load test of this week", "days": 7}]},
    )
    status: Literal["open", "acknowledged", "expected", "snoozed", "resolved"]
    reason: Text = Field("", max_length=500)
    days: Annotated[int | None, WHOLE] = Field(
        None, ge=1, le=365, description="For how long, where it is snoozed or expected"
    )


class InsightFeedback(BaseModel):
    """What a person thinks of an insight."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"feedback": "fewer", "reason": "it breathes with the load"}]}
    )
    feedback: insights.Feedback = Field(
        description="`noise` closes an anomaly; `fewer` makes its scope less sensitive until it is called `useful`"
    )
    reason: Text = Field("", max_length=500)


def _rows(context: Context, actor: Actor, sql: str) -> list[dict[str, Any]]:
    statement = parse_one(sql, read="postgres")
    assert isinstance(statement, exp.Select)
    return select(context, actor, statement, _SUMMARY_ROWS)


_ROWS = {"type": "array", "items": {"type": "object"}}
_SUMMARY = {
    "type": "object",
    "required": ["severity_counts", "service_trends", "anomalies", "savings", "forecasts", "budgets", "as_of"],
    "properties": {
        "as_of": {"type": ["string", "null"], "description": "The bills reach through this day"},
        "severity_counts": {
            "type": "object",
            "description": "Open and acknowledged insights by severity",
            "required": list(_SEVERITIES),
            "properties": {severity: {"type": "integer"} for severity in _SEVERITIES},
        },
        "service_trends": {
            **_ROWS,
            "description": "The 20 largest services: the last 30 days of bills against the 30 before",
        },
        "anomalies": {**_ROWS, "description": "The newest 20"},
        "savings": {**_ROWS, "description": "The ledger by status: promised and realized a month"},
        "forecasts": {**_ROWS, "description": "The next 30 days, by scope: the 20 largest"},
        "budgets": {**_ROWS, "description": "The 20 that are used most"},
    },
}


@router.get(
    "/insights/summary",
    summary="Severity counts, service trends, anomalies, savings, forecasts and budgets at a glance",
    response_model=None,
    responses={**responds("The summary", _SUMMARY, **etags.HEADER), **etags.UNCHANGED},
)
def summary(request: Request, context: InContext, caller: Reader) -> Response:
    """Everything is narrowed to what the caller may see; days are counted back from the newest day of the bills."""

    def rows(sql: str) -> list[dict[str, Any]]:
        return _rows(context, caller.actor, sql)

    as_of = rows("SELECT min(data_through) AS as_of FROM data_freshness WHERE active")[0]["as_of"]
    day = f"CAST('{as_of}' AS date)" if as_of else "current_date"
    open_now = rows(
        "SELECT severity, count(*) AS open FROM insights WHERE status IN ('open', 'acknowledged') "
        "AND closed_at IS NULL GROUP BY severity"
    )
    body = {
        "as_of": as_of,
        "severity_counts": dict.fromkeys(_SEVERITIES, 0) | {row["severity"]: row["open"] for row in open_now},
        "service_trends": [_with_change(row) for row in rows(_TRENDS.format(day=day))],
        "anomalies": rows(
            "SELECT insight_id, detected_at, title, severity, status, team, service, account, impact_amount, currency "
            "FROM insights "
            "WHERE kind = 'anomaly' ORDER BY insight_id DESC LIMIT 20"
        ),
        "savings": rows(
            "SELECT status, currency, count(*) AS resources, sum(expected_monthly_savings) AS expected, "
            "sum(realized_monthly_savings) AS realized "
            "FROM savings GROUP BY status, currency ORDER BY status, currency"
        ),
        "forecasts": rows(
            "SELECT scope_kind, scope, currency, max(made_on) AS made_on, sum(expected_cost) AS next_30_days "
            "FROM forecasts AS f "
            "WHERE forecast_date >= current_date AND forecast_date < current_date + 30 "
            "AND made_on = (SELECT max(made_on) FROM forecasts AS g WHERE g.scope_kind = f.scope_kind "
            "AND g.scope = f.scope) "
            "GROUP BY scope_kind, scope, currency ORDER BY next_30_days DESC LIMIT 20"
        ),
        "budgets": rows(
            "SELECT budget, status, percent_used, amount, spent, forecast, currency FROM budgets "
            "ORDER BY percent_used DESC LIMIT 20"
        ),
    }
    return etags.respond(request, body)


_TRENDS = (
    "SELECT service, currency, sum(effective_cost) FILTER (WHERE usage_date > {day} - 30) AS last_30_days, "
    "sum(effective_cost) FILTER (WHERE usage_date <= {day} - 30) AS before_30_days FROM daily_costs "
    "WHERE charge_category <> 'Tax' AND usage_date > {day} - 60 AND usage_date <= {day} GROUP BY service, currency "
    "ORDER BY last_30_days DESC NULLS LAST LIMIT 20"
)


def _with_change(row: dict[str, Any]) -> dict[str, Any]:
    """A trend with its change: an amount, and per cent where there was something before."""
    now, then = float(row["last_30_days"] or 0), float(row["before_30_days"] or 0)
    return {**row, "change": now - then, "change_percent": round(100 * (now - then) / then, 2) if then > 0 else None}


@router.get(
    "/insights/{insight_id:int}",
    summary="One insight with its evidence",
    response_model=None,
    responses={
        **responds("The insight", table_schema(Insight), **etags.HEADER),
        **etags.UNCHANGED,
        **problems.declared(404),
    },
)
def one(request: Request, insight_id: Number, context: InContext, caller: Reader) -> Response:
    """404 also where the caller may not see its team: that it exists is not said either."""
    with Session(context.database.app) as session:
        return etags.respond(request, _body(visible(session, insight_id, caller.actor)))


@router.patch(
    "/insights/{insight_id:int}",
    summary="Acknowledge, expect, snooze, resolve or reopen an insight",
    response_model=None,
    responses={
        **responds("The insight as it is now", table_schema(Insight), **etags.HEADER),
        **problems.declared(400, 404, 412, 413),
    },
)
def decide(
    request: Request,
    insight_id: Number,
    decision: Decision,
    context: InContext,
    caller: Triager,
    if_match: etags.IfMatch = None,
) -> Response:
    """The decision is audited with its reason; the cards in Slack are redrawn
    and their threads say it, as after a button.
    """
    now = datetime.now(UTC)
    with Session(context.database.app) as session, session.begin():
        insight = visible(session, insight_id, caller.actor, locked=True)
        etags.must_match(if_match, _body(insight))
        insights.decide(
            session,
            insight,
            caller.actor,
            now,
            decision.status,
            decision.reason,
            decision.days,
            f"api:{uuid.uuid4().hex}",
        )
        session.flush()
        body = _body(insight)
    return etags.respond(request, body)


@router.post(
    "/insights/{insight_id:int}/feedback",
    summary="Say whether an insight is useful or noise, or that fewer of these are wanted",
    response_model=None,
    responses={
        **responds("The insight as it is now", table_schema(Insight), **etags.HEADER),
        **problems.declared(400, 404, 413),
    },
)
def judge(
    request: Request, insight_id: Number, given: InsightFeedback, context: InContext, caller: Triager
) -> Response:
    """Audited with its reason; what each sensitivity would have told stands in the insight's `evidence.levels`."""
    now = datetime.now(UTC)
    with Session(context.database.app) as session, session.begin():
        insight = visible(session, insight_id, caller.actor, locked=True)
        if given.feedback == insights.FEWER and insight.kind != "anomaly":
            raise HTTPException(400, "Fewer of these can be asked for of anomalies alone: nothing else is detected so.")
        insights.give_feedback(session, insight, caller.actor, now, given.feedback, given.reason)
        session.flush()
        body = _body(insight)
    return etags.respond(request, body)


def _body(insight: Insight) -> dict[str, Any]:
    return {column.name: getattr(insight, column.name) for column in Insight.__table__.columns}


def visible(session: Session, insight_id: int, actor: Actor, *, locked: bool = False) -> Insight:
    """The insight; 404 also where the caller may not see its team."""
    statement = sa.select(Insight).where(Insight.id == insight_id)
    insight = session.scalar(statement.with_for_update() if locked else statement)
    if insight is None or not may_see_team(actor, insight.team):
        raise HTTPException(404, f"There is no insight {insight_id}.")
    return insight
