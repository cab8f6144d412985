"""Insights: the summary, one of them, and what a person decides about it."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from sqlglot import exp, parse_one

from access import Actor, may_see_team
from bot.api.context import Context, InContext, Reader, Triager
from bot.api.listing import select
from db import audit, kpis
from db.tables import Insight

router = APIRouter(tags=["insights"])
_SUMMARY_ROWS = 1_000


class Decision(BaseModel):
    """What becomes of an insight."""

    status: Literal["open", "acknowledged", "expected", "snoozed", "resolved"]
    reason: str = Field("", max_length=500)
    days: int | None = Field(None, ge=1, le=365, description="For how long, where it is snoozed or expected")


def _rows(context: Context, actor: Actor, sql: str) -> list[dict[str, Any]]:
    statement = parse_one(sql, read="postgres")
    assert isinstance(statement, exp.Select)
    return select(context, actor, statement, _SUMMARY_ROWS)


@router.get("/insights/summary", summary="Severity counts, service trends, anomalies, savings and forecasts at a glance")
def summary(context: InContext, caller: Reader) -> dict[str, Any]:
    """Everything is narrowed to what the caller may see."""

    def rows(sql: str) -> list[dict[str, Any]]:
        return _rows(context, caller.actor, sql)

    return {
        "severity": rows(
            "SELECT severity, count(*) AS open FROM insights WHERE status IN ('open', 'acknowledged') GROUP BY severity ORDER BY severity"
        ),
        "anomalies": rows(
            "SELECT insight_id, detected_at, title, severity, status, team, service, account, impact_amount, currency FROM insights "
            "WHERE kind = 'anomaly' ORDER BY insight_id DESC LIMIT 20"
        ),
        "service_trends": rows(
            "SELECT service, currency, sum(effective_cost) FILTER (WHERE usage_date >= current_date - 30) AS last_30_days, "
            "sum(effective_cost) FILTER (WHERE usage_date < current_date - 30) AS before_30_days FROM daily_costs "
            "WHERE charge_category <> 'Tax' AND usage_date >= current_date - 60 AND usage_date < current_date GROUP BY service, currency "
            "ORDER BY last_30_days DESC NULLS LAST LIMIT 20"
        ),
        "savings": rows(
            "SELECT status, currency, count(*) AS resources, sum(expected_monthly_savings) AS expected, sum(realized_monthly_savings) AS realized "
            "FROM savings GROUP BY status, currency ORDER BY status, currency"
        ),
        "forecasts": rows(
            "SELECT scope_kind, scope, currency, max(made_on) AS made_on, sum(expected_cost) AS next_30_days FROM forecasts AS f "
            "WHERE forecast_date >= current_date AND forecast_date < current_date + 30 "
            "AND made_on = (SELECT max(made_on) FROM forecasts AS g WHERE g.scope_kind = f.scope_kind AND g.scope = f.scope) "
            "GROUP BY scope_kind, scope, currency ORDER BY next_30_days DESC LIMIT 20"
        ),
        "budgets": rows(
            "SELECT budget, status, percent_used, amount, spent, forecast, currency FROM budgets ORDER BY percent_used DESC LIMIT 20"
        ),
    }


@router.get("/kpis", summary="How well the product does its job: each measure with its target")
def measures(context: InContext, caller: Reader) -> list[dict[str, Any]]:
    """A value of null is not yet known, and neither good nor bad."""
    with context.database.app.connect() as connection:
        return [{**asdict(kpi), "good": kpi.good} for kpi in kpis.read(connection, len(context.organisation.people))]


@router.get("/insights/{insight_id}", summary="One insight with its evidence")
def one(insight_id: int, context: InContext, caller: Reader) -> dict[str, Any]:
    """404 also where the caller may not see its team: that it exists is not said either."""
    with Session(context.database.app) as session:
        insight = _visible(session, insight_id, caller.actor)
        return {column.name: getattr(insight, column.name) for column in Insight.__table__.columns}


@router.patch("/insights/{insight_id}", summary="Acknowledge, expect, snooze, resolve or reopen an insight")
def decide(insight_id: int, decision: Decision, context: InContext, caller: Triager) -> dict[str, Any]:
    """The decision is audited with its reason."""
    now = datetime.now(UTC)
    with Session(context.database.app) as session, session.begin():
        insight = _visible(session, insight_id, caller.actor)
        insight.status, insight.status_reason = decision.status, decision.reason or None
        insight.status_until = now + timedelta(days=decision.days) if decision.days else None
        insight.closed_at = now if decision.status == "resolved" else None
        audit.append(
            session, caller.actor.id, f"insight.{decision.status}", str(insight_id), {"reason": decision.reason, "days": decision.days}
        )
    return {"insight_id": insight_id, "status": decision.status}


def _visible(session: Session, insight_id: int, actor: Actor) -> Insight:
    fits = 0 < insight_id < 2**63
    insight = session.scalar(sa.select(Insight).where(Insight.id == insight_id)) if fits else None
    if insight is None or not may_see_team(actor, insight.team):
        raise HTTPException(404, f"There is no insight {insight_id}.")
    return insight
