"""Forecasts of every division add up to the total's, small scopes and planned events included."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation, PlannedEvent, Scope
from db.database import Database
from db.tables import ForecastRow
from flows.forecasts import forecast_costs
from tests.flows.daily import spend

FIRST = date(2026, 5, 1)
DAYS = 120


def _bills(session: Session) -> None:
    noise = np.random.default_rng(4)
    for team, account, level, growth in (
        ("checkout", "prod", 300.0, 0.4),
        ("payments", "prod", 150.0, -0.3),
        ("payments", "test", 40.0, 0.0),
        (None, "test", 25.0, 1.2),
        ("tiny", "test", 0.4, 0.0),  # below what is forecast alone
    ):
        costs = level * (1 + growth * np.arange(DAYS) / DAYS) * noise.lognormal(0, 0.08, DAYS)
        spend(session, FIRST, [float(cost) for cost in costs], team=team, account=account, account_id=account)


def _days(session: Session, kind: str) -> dict[date, float]:
    rows = session.execute(
        sa.select(ForecastRow.forecast_date, sa.func.sum(ForecastRow.expected_cost))
        .where(ForecastRow.scope_kind == kind, ForecastRow.model.not_like("replayed%"))
        .group_by(ForecastRow.forecast_date)
    )
    return {day: float(cost) for day, cost in rows}


def test_teams_and_accounts_add_up_to_the_total(clean_database: Database) -> None:
    with Session(clean_database.owner) as session, session.begin():
        _bills(session)
    event = PlannedEvent(
        name="launch", scope=Scope(team="checkout"), start=date(2026, 9, 20), amount_per_day=Decimal(80)
    )
    forecast_costs.run(clean_database, Organisation(events=(event,)))
    with Session(clean_database.app) as session:
        total, teams, accounts = (_days(session, kind) for kind in ("total", "team", "account"))
        kinds = set(session.scalars(sa.select(ForecastRow.scope)))
    assert "tiny" not in kinds
    assert not any("rest" in scope for scope in kinds)
    assert accounts == pytest.approx(total, abs=0.01)
    shortfall = np.array([total[day] - teams[day] for day in total])
    assert np.all((shortfall > 0.1) & (shortfall < 1))  # what `tiny` costs, which is no forecast of its own


def test_one_scope_asked_for_says_what_all_together_said(clean_database: Database) -> None:
    with Session(clean_database.owner) as session, session.begin():
        _bills(session)
    forecast_costs.run(clean_database, Organisation())
    with Session(clean_database.app) as session:
        before = _days(session, "team")
    forecast_costs.run(clean_database, Organisation(), only=("team", "checkout"))
    with Session(clean_database.app) as session:
        assert _days(session, "team") == pytest.approx(before, abs=0.001)
