"""Where every budget stands: spent, heading for, when it is crossed; a breach
is told to the budget's channel and owner.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import sqlalchemy as sa
from prefect import flow
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analysis.budgets import BudgetStatus, OutsidePeriod, evaluate, total_with_band
from analysis.forecasts.series import Forecast
from analysis.wording.formatting import money
from config import clock
from config.organisation import Budget, Organisation
from db.database import Database
from db.outgoing.messages import BudgetFields
from db.tables import BudgetPeriod, BudgetRow, ForecastRow, Insight
from domain import budgets, insights
from domain.freshness import newest_day
from flows import failure
from flows.anomalies.cost_series import read
from flows.ingest import showback

_HISTORY = timedelta(days=800)
_WEEK = 7
_SEVERITY = {"breached": "critical", "forecast_breach": "high", "warning": "medium"}


@flow(name="check_budgets", flow_run_name="budgets")
def check_budgets() -> dict[str, str]:
    """Every morning and after forecasts; the status of each budget by name."""
    with failure.running("check_budgets") as (settings, organisation, database):
        return run(database, organisation, clock.now(settings))


def run(database: Database, organisation: Organisation, now: datetime) -> dict[str, str]:
    """Take over finops.yaml's budgets, evaluate all, store and tell, in one transaction."""
    with Session(database.app) as session, session.begin():
        budgets.take_over(session, organisation)
        showback.refresh(session, organisation)
        through = newest_day(session.connection())
        if through is None:
            return {}
        statuses, detected = {}, []
        for row in session.scalars(sa.select(BudgetRow).order_by(BudgetRow.name)).all():
            budget = budgets.budget_of(row)
            costs = _costs(session, budget, through + timedelta(days=1))
            today = max(costs, default=through) + timedelta(days=1)  # earlier where a provider of the scope is late
            forecast = _forecast(session, budget, today)
            status = evaluate(budget, costs, forecast, today, organisation.fiscal_year_start)
            if isinstance(status, OutsidePeriod):
                statuses[row.name] = "outside its period"
                continue
            statuses[row.name] = status.status
            _store(session, status, now)
            if status.status in _SEVERITY:
                figure = _figure(costs, forecast, status, today, row.currency)
                detected.append(_insight(session, row, budget, status, today, figure))
        insights.store(session, detected, organisation, now, None)
        _close_recovered(session, {item.fingerprint for item in detected}, now)
    return statuses


def _costs(session: Session, budget: Budget, today: date) -> dict[date, float]:
    """The scope's cost per day in the budget's currency, without tax, as far as all its providers have delivered."""
    scope = dict(budget.scope.pairs())
    series = read(session.connection(), today - _HISTORY, today, (tuple(scope),), categories="all")
    for index, (series_scope, currency) in enumerate(zip(series.scopes, series.currencies, strict=True)):
        if dict(series_scope) == scope and currency == budget.currency:
            values = series.values[:, index]  # a day that has not arrived is left out: the forecast stands for it
            return {series.day(offset): float(value) for offset, value in enumerate(values) if np.isfinite(value)}
    return {}


def _forecast(session: Session, budget: Budget, today: date) -> Forecast | None:
    """From `today` on, each day by the newest forecast that has it."""
    same = (
        ForecastRow.scope_kind == budget.scope.kind(),
        ForecastRow.scope == budget.scope.label(),
        ForecastRow.currency == budget.currency,
        ForecastRow.model.not_like("replayed%"),
    )
    newest = sa.select(ForecastRow).distinct(ForecastRow.forecast_date).where(*same, ForecastRow.forecast_date >= today)
    rows = session.scalars(newest.order_by(ForecastRow.forecast_date, ForecastRow.made_on.desc())).all()
    if not rows:
        return None
    missing = max((rows[0].forecast_date - today).days, 0)
    places = [*(np.arange(-missing, 0) % min(_WEEK, len(rows))), *range(len(rows))]  # days before it: as their weekdays
    bands = (
        np.array([float(getattr(row, name)) for row in rows])[places]
        for name in ("expected_cost", "low_80", "high_80", "low_95", "high_95")
    )
    mean, low_80, high_80, low_95, high_95 = bands
    return Forecast(today, mean, low_80, high_80, low_95, high_95, rows[-1].model)


def _store(session: Session, status: BudgetStatus, now: datetime) -> None:
    crossing = status.crossing()

    def exact(value: float | None) -> Decimal | None:
        return None if value is None else Decimal(str(round(value, 4)))

    values = {
        "period_end": status.period.end,
        "amount": exact(status.amount),
        "spent": exact(status.spent),
        "forecast": exact(status.forecast),
        "forecast_low": exact(status.forecast_low),
        "forecast_high": exact(status.forecast_high),
        "crosses_on": crossing.on if crossing else None,
        "status": status.status,
        "evaluated_at": now,
    }
    statement = insert(BudgetPeriod).values(budget=status.budget, period_start=status.period.start, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["budget", "period_start"], set_=values))


def _figure(
    costs: Mapping[date, float], forecast: Forecast | None, status: BudgetStatus, today: date, currency: str
) -> dict[str, Any]:
    """The period's cost so far, added up day by day, where it is heading with its band, and the budget."""
    period = status.period
    days = [period.start + timedelta(days=offset) for offset in range((period.end - period.start).days)]
    past = [day for day in days if day < today]
    coming = days[len(past) :] if forecast is not None and not status.note else []
    spent = np.cumsum([costs.get(day, 0.0) for day in past]).round(2).tolist()
    lines: list[list[Any]] = [["spent", [*spent, *[None] * len(coming)]]]
    figure: dict[str, Any] = {
        "kind": "line",
        "title": f"{status.budget}: spent and expected",
        "categories": [f"{day.day} {day:%b}" for day in (*past, *coming)],
        "series": lines,
        "y_label": currency,
        "limit": status.amount,
    }
    if coming and forecast is not None:
        ends = np.array([total_with_band(forecast, today, day + timedelta(days=1)) for day in coming])
        if status.reach is not None:
            ends[:, 1], ends[:, 2] = ends[:, 0] / status.reach.factor, ends[:, 0] * status.reach.factor
        ends += status.spent
        before = [*[None] * (len(past) - 1), *spent[-1:]]  # both lines meet where the bills end
        lines.append(["expected", [*before, *ends[:, 0].round(2).tolist()]])
        figure["band"] = [[*before, *ends[:, side].round(2).tolist()] for side in (1, 2)]
    return figure


def _insight(
    session: Session, row: BudgetRow, budget: Budget, status: BudgetStatus, today: date, figure: Mapping[str, Any]
) -> insights.DetectedInsight:
    """One insight a budget, period and status: a breach after a warning is news, the same again is not."""
    crossing, name = status.crossing(), budget.scope.label()
    over = (status.forecast if status.forecast is not None else status.spent) - status.amount
    spent, amount = money(status.spent, row.currency), money(status.amount, row.currency)
    if status.status == "breached":
        title = f"{name} has passed its {amount} budget: {spent} spent"
    elif status.status == "forecast_breach" and crossing is not None:
        title = f"{name} will pass its {amount} budget around {crossing.on.day} {crossing.on:%b}: {spent} spent"
    else:
        title = f"{name} has used {status.percent_used:.0f} % of its {amount} budget"
    figures = BudgetFields(
        budget=row.name,
        scope=name,
        amount=status.amount,
        spent=status.spent,
        forecast=status.forecast,
        forecast_low=status.forecast_low,
        forecast_high=status.forecast_high,
        currency=row.currency,
        crosses_on=crossing.on.isoformat() if crossing else None,
        period=row.period,
        period_start=status.period.start.isoformat(),
        period_end=status.period.end.isoformat(),
        owner=row.owner,
        reason=_reason(session, budget, status, today),
        note=budgets.note_of(row),
        figure=dict(figure),
        band_held=None if status.reach is None else status.reach.held,
        band_seen=None if status.reach is None else status.reach.periods,
    )
    return insights.DetectedInsight(
        fingerprint=f"budget:{row.name}:{status.period.start}:{status.status}",
        kind="budget",
        title=title,
        scope=row.scope,
        impact=max(over, 0.0),
        currency=row.currency,
        starts_on=status.period.start,
        evidence={
            "budget": row.name,
            "percent_used": round(status.percent_used, 1),
            "forecast": status.forecast,
            "note": status.note,
        },
        severity=_SEVERITY[status.status],
        owner=row.owner,
        budget=figures,
    )


def _reason(session: Session, budget: Budget, status: BudgetStatus, today: date) -> str:
    """The service that grew most against the same days of the period before."""
    scope = dict(budget.scope.pairs())
    days = (today - status.period.start).days
    before = status.period.start - timedelta(days=(status.period.end - status.period.start).days)
    where = " AND ".join(f"{name} = :scope_{name}" for name in scope) or "true"
    sql = f"""SELECT service, sum(CASE WHEN usage_date >= :start THEN effective_cost ELSE -effective_cost END) AS grown
              FROM finops.daily_costs WHERE {where} AND currency = :currency AND charge_category <> 'Tax'
              AND (usage_date >= :start AND usage_date < :today OR usage_date >= :before AND usage_date < :before_end)
              GROUP BY service ORDER BY 2 DESC LIMIT 1"""  # noqa: S608 - its names are constants, its values are bound
    bound = {f"scope_{name}": value for name, value in scope.items()}
    periods = {
        "start": status.period.start,
        "today": today,
        "before": before,
        "before_end": before + timedelta(days=days),
    }
    row = session.execute(sa.text(sql), {**bound, **periods, "currency": budget.currency}).one_or_none()
    if row is None or row.grown <= 0:
        return ""
    return f"{row.service} +{money(row.grown, budget.currency)} vs the same days of the period before"


def _close_recovered(session: Session, fingerprints: set[str], now: datetime) -> None:
    """Open budget insights that no longer hold."""
    statement = sa.select(Insight).where(
        Insight.kind == "budget", Insight.status.in_(insights.LIVE), Insight.fingerprint.not_in(fingerprints)
    )
    for insight in session.scalars(statement.with_for_update()):
        insights.close(session, insight, "the budget is no longer in this state.", now)
