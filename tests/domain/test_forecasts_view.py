"""What is expected of a scope and what was, from stored forecasts and bills."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.organisation import Scope
from db.tables import ForecastAccuracy, ForecastRow
from domain.forecasts_view import card, kind_of, label_of, read
from tests.flows.daily import spend

MADE = date(2026, 11, 18)
PAYMENTS = {"team": "payments"}


def predict(session: Session, made_on: date, costs: list[float], **more: Any) -> None:
    """A cost a day from the day it is made on, 10 either way."""
    for offset, cost in enumerate(costs):
        given = {
            "scope_kind": "team",
            "scope": "payments",
            "currency": "USD",
            "made_on": made_on,
            "model": "sma",
            "forecast_date": made_on + timedelta(days=offset),
            "expected_cost": Decimal(cost),
            "low_80": Decimal(cost - 10),
            "high_80": Decimal(cost + 10),
            "low_95": 0,
            "high_95": 0,
            **more,
        }
        session.add(ForecastRow(**given))
    session.flush()


def test_a_scope_is_named_as_finops_yaml_names_it() -> None:
    """Forecasts are found by these names, whatever the order in which a question gave its dimensions."""
    scope = Scope(team="payments", service="EC2", region="eu-west-1")
    backwards = dict(reversed(scope.pairs()))
    assert (kind_of(backwards), label_of(backwards)) == (scope.kind(), scope.label())
    assert (kind_of({}), label_of({})) == (Scope().kind(), Scope().label())


def test_without_a_forecast_there_is_no_outlook(session: Session) -> None:
    """Another scope's and another currency's do not stand in."""
    predict(session, MADE, [100.0] * 5, currency="EUR")
    predict(session, MADE, [100.0] * 5, scope="search")
    assert read(session.connection(), PAYMENTS, "USD", 5) is None
    assert card(session.connection(), PAYMENTS, "USD", 5) is None


def test_the_newest_forecast_is_shown_for_as_many_days_as_are_asked(session: Session) -> None:
    """One that was replayed for the past is no outlook, nor one that is made after the day that is asked about."""
    predict(session, date(2026, 11, 11), [50.0] * 20)
    predict(session, MADE, [100.0] * 20)
    predict(session, MADE + timedelta(days=1), [1.0] * 20, model="replayed sma")
    found = read(session.connection(), PAYMENTS, "USD", 7)
    assert found is not None
    assert (found.made_on, found.expected, found.days[0]) == (MADE, (100.0,) * 7, MADE)
    assert (found.low_80[0], found.high_80[0]) == (90.0, 110.0)
    earlier = read(session.connection(), PAYMENTS, "USD", 7, until=date(2026, 11, 17))
    assert earlier is not None
    assert earlier.expected == (50.0,) * 7


def test_the_thirty_days_before_are_what_was_billed(session: Session) -> None:
    """Without tax, in the currency, of the scope; a day without a charge cost nothing."""
    predict(session, MADE, [100.0] * 5)
    spend(session, MADE - timedelta(days=31), [7.0, 80.0], team="payments")
    spend(session, MADE - timedelta(days=1), [90.0], team="payments")
    spend(session, MADE - timedelta(days=1), [500.0], team="payments", charge_category="Tax")
    spend(session, MADE - timedelta(days=1), [500.0], team="payments", currency="EUR")
    spend(session, MADE - timedelta(days=1), [500.0], team="search")
    found = read(session.connection(), PAYMENTS, "USD", 5)
    assert found is not None
    assert len(found.past) == 30
    assert (found.past[0], found.past[-1]) == (MADE - timedelta(days=30), MADE - timedelta(days=1))
    assert (found.actual[0], found.actual[1], found.actual[-1]) == (80.0, 0.0, 90.0)


def test_what_was_expected_comes_from_a_forecast_of_a_month_ago(session: Session) -> None:
    """Of those that are four weeks old at least the newest; where all are younger, the oldest. Days of which nothing
    was predicted have nothing.
    """
    predict(session, MADE - timedelta(days=10), [60.0] * 30)
    predict(session, MADE - timedelta(days=5), [65.0] * 30)
    predict(session, MADE, [100.0] * 5)
    young = read(session.connection(), PAYMENTS, "USD", 5)
    assert young is not None
    assert young.was_expected == (None,) * 20 + (60.0,) * 10
    predict(session, MADE - timedelta(days=28), [40.0] * 60)
    predict(session, MADE - timedelta(days=45), [20.0] * 60)
    old = read(session.connection(), PAYMENTS, "USD", 5)
    assert old is not None
    assert old.was_expected == (None,) * 2 + (40.0,) * 28


def test_a_card_adds_up_the_days_and_tells_how_wrong_earlier_ones_were(session: Session) -> None:
    """The error is of the horizon that is shown, measured last."""
    predict(session, MADE, [100.0] * 60)
    for days, error, measured in ((30, 0.04, MADE), (30, 0.2, MADE - timedelta(days=9)), (90, 0.5, MADE)):
        row = ForecastAccuracy(scope_kind="team", scope="payments", currency="USD", model="sma", kind="backtest")
        row.horizon_days, row.measured_on, row.total_error = days, measured, error
        session.add(row)
    session.flush()
    drawn = card(session.connection(), PAYMENTS, "USD", 30)
    assert drawn is not None
    assert (drawn["total"], drawn["error"]) == (3_000.0, 0.04)
    reach = (0.5 * 300**2 + 0.5 * 30 * 10**2) ** 0.5  # half of a day's variance is common to all days, half its own
    assert (drawn["low"], drawn["high"]) == (pytest.approx(3_000 - reach), pytest.approx(3_000 + reach))


def test_the_figure_of_a_card_ends_the_bills_where_the_forecast_begins(session: Session) -> None:
    """Nothing is drawn twice, and no line of predictions that there were none of."""
    spend(session, MADE - timedelta(days=30), [90.123] * 30, team="payments")
    predict(session, MADE, [100.0] * 5)
    drawn = card(session.connection(), PAYMENTS, "USD", 5)
    assert drawn is not None
    figure = drawn["figure"]
    lines = dict(figure["series"])
    assert list(lines) == ["actual", "expected"]
    assert lines["actual"] == [90.12] * 30 + [None] * 5
    assert lines["expected"] == [None] * 30 + [100.0] * 5
    assert (figure["categories"][29], figure["categories"][30]) == ("17 Nov", "18 Nov")


@pytest.mark.parametrize("name", ["x = x OR 1", "usage_date); DROP TABLE finops.daily_costs; --"])
def test_a_dimension_that_there_is_not_reaches_no_sql(session: Session, name: str) -> None:
    predict(session, MADE, [100.0] * 5)
    spend(session, MADE - timedelta(days=1), [90.0], team="payments")
    found = read(session.connection(), {**PAYMENTS, name: "x"}, "USD", 5)
    assert found is not None
    assert found.actual[-1] == 90.0
