"""The product's own measures."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from config.organisation import Organisation
from db.tables import BudgetRow
from domain import kpis
from tests.flows.daily import spend


def test_shares_of_cost_take_each_currency_by_its_worth(session: Session) -> None:
    """1,000 dollars with a team and a budget, and 15,000 yen (100 dollars) without: ten elevenths are covered."""
    spend(session, date(2026, 11, 3), [1_000.0], team="web")
    spend(session, date(2026, 11, 3), [15_000.0], team=None, currency="JPY")
    session.add(BudgetRow(name="all dollars", scope={}, amount=Decimal(5_000), currency="USD", period="monthly"))
    session.flush()
    organisation = Organisation(exchange_rates={"JPY": Decimal(150)})
    measured = {kpi.name: kpi.value for kpi in kpis.read(session.connection(), 0, organisation)}
    assert measured["cost_under_budget"] == pytest.approx(100 * 10 / 11, abs=0.01)
    assert measured["unallocated_cost"] == pytest.approx(100 / 11, abs=0.01)
