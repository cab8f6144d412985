"""Forecasts of scopes over several providers, of which one is late."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.database import Database
from db.tables import ForecastRow
from flows.forecasts import forecast_costs
from tests.flows.daily import spend

FIRST = date(2026, 8, 1)


@pytest.mark.parametrize("late", [0, 1, 2, 4])
def test_a_late_provider_lowers_no_forecast(clean_database: Database, late: int) -> None:
    """Two providers at 1,000 a day each: thirty days cost 60,000, whichever of them is how late."""
    with Session(clean_database.owner) as session, session.begin():
        spend(session, FIRST, [1000.0] * 100)
        spend(session, FIRST, [1000.0] * (100 - late), provider="Microsoft", account="az")
    forecast_costs.run(clean_database, Organisation())
    with Session(clean_database.app) as session:
        days = (
            sa.select(ForecastRow.expected_cost)
            .where(ForecastRow.scope_kind == "total")
            .order_by(ForecastRow.forecast_date)
        )
        total = float(sum(session.scalars(days.limit(30))))
    assert total == pytest.approx(60_000, rel=0.02)
