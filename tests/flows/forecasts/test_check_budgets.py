"""Where a budget stands: what counts as spent, when it is crossed, what is told of it and how often."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Budget, Channel, Organisation, Scope
from db.database import Database
from db.tables import BudgetPeriod, ForecastRow, Insight, OutboxMessage
from flows.forecasts.check_budgets import run
from tests.flows.daily import spend

NOW = datetime(2026, 11, 18, 8, 5, tzinfo=UTC)
FIRST, TODAY = date(2026, 11, 1), date(2026, 11, 18)
DAYS = 17  # of November with a bill


def organisation(*budgets: Budget, **more: Any) -> Organisation:
    channels = (Channel(channel="#pay", team="payments"), Channel(channel="#all"))
    return Organisation(budgets=budgets, channels=channels, **more)


def of_payments(amount: int, **more: Any) -> Budget:
    return Budget(name="pay", scope=Scope(team="payments"), amount=Decimal(amount), **more)


def bills(database: Database, first: date, costs: list[float], **more: Any) -> None:
    with Session(database.owner) as session, session.begin():
        spend(session, first, costs, **{"team": "payments", **more})


def predict(database: Database, costs: list[float], *, made_on: date = TODAY, scope: Scope | None = None) -> None:
    """A forecast of a cost a day from the day it is made on, 10 either way."""
    scope = scope or Scope(team="payments")
    with Session(database.owner) as session, session.begin():
        for offset, cost in enumerate(costs):
            low, high = Decimal(cost - 10), Decimal(cost + 10)
            row = ForecastRow(
                scope_kind=scope.kind(), scope=scope.label(), currency="USD", made_on=made_on, model="sma"
            )
            row.forecast_date, row.expected_cost = made_on + timedelta(days=offset), Decimal(cost)
            row.low_80, row.high_80, row.low_95, row.high_95 = low, high, low, high
            session.add(row)


def period(database: Database, name: str = "pay") -> BudgetPeriod:
    with Session(database.app) as session:
        return session.scalars(sa.select(BudgetPeriod).where(BudgetPeriod.budget == name)).one()


def insights(database: Database) -> list[Insight]:
    with Session(database.app) as session:
        return list(session.scalars(sa.select(Insight).order_by(Insight.id)))


def cards(database: Database) -> list[OutboxMessage]:
    with Session(database.app) as session:
        return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "budget")))


def test_without_bills_nothing_is_judged(clean_database: Database) -> None:
    """A budget nobody has spent from is unknown, not kept."""
    assert run(clean_database, organisation(of_payments(100)), NOW) == {}
    assert insights(clean_database) == []


def test_a_breach_is_told_once_in_the_teams_channel(clean_database: Database) -> None:
    """17 days of 100 against 1,600; the next morning's look at the same bills says nothing."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    for _ in range(2):
        assert run(clean_database, organisation(of_payments(1_600, owner="U0LEAD")), NOW) == {"pay": "breached"}
    [card] = cards(clean_database)
    assert (card.channel, card.payload["spent"], card.payload["amount"]) == ("#pay", 1_700.0, 1_600.0)
    [insight] = insights(clean_database)
    assert insight.title == "payments has passed its $1,600 budget: $1,700 spent"
    assert (insight.severity, insight.owner, insight.impact_amount) == ("critical", "U0LEAD", 100)
    assert period(clean_database).crosses_on == date(2026, 11, 16)  # 16 days of 100


def test_a_forecast_names_the_day_on_which_it_will_be_passed(clean_database: Database) -> None:
    """1,700 spent and 100 a day ahead: 2,800 is reached with the bill of the 28th, the month ends at 3,000."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    predict(clean_database, [100.0] * 40)
    assert run(clean_database, organisation(of_payments(2_800)), NOW) == {"pay": "forecast_breach"}
    [insight] = insights(clean_database)
    assert insight.title == "payments will pass its $2,800 budget around 28 Nov: $1,700 spent"
    assert (insight.severity, insight.impact_amount) == ("high", 200)
    stored = period(clean_database)
    assert (stored.spent, stored.forecast, stored.crosses_on) == (1_700, 3_000, date(2026, 11, 28))
    assert stored.forecast_low is not None
    assert stored.forecast_high is not None
    assert 2_870 < stored.forecast_low < 3_000 < stored.forecast_high < 3_130  # 13 days of 10 at the most


def test_the_figure_runs_from_what_was_spent_to_where_it_is_heading(clean_database: Database) -> None:
    """Both lines meet on the last day with a bill; the budget is the limit."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    predict(clean_database, [100.0] * 40)
    run(clean_database, organisation(of_payments(2_800)), NOW)
    figure = cards(clean_database)[0].payload["figure"]
    (_, spent), (_, expected) = figure["series"]
    assert (figure["categories"][0], figure["categories"][-1], figure["limit"]) == ("1 Nov", "30 Nov", 2_800.0)
    assert (spent[0], spent[16], spent[17]) == (100.0, 1_700.0, None)
    assert (expected[15], expected[16], expected[17], expected[29]) == (None, 1_700.0, 1_800.0, 3_000.0)
    low, high = figure["band"]
    assert (low[16], high[16]) == (1_700.0, 1_700.0)
    assert low[17] == 1_790.0
    assert high[17] == 1_810.0


def test_the_newest_forecast_counts(clean_database: Database) -> None:
    """An older and dearer one is not mixed in."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    predict(clean_database, [900.0] * 40, made_on=date(2026, 11, 10))
    predict(clean_database, [50.0] * 40)
    assert run(clean_database, organisation(of_payments(2_800)), NOW) == {"pay": "ok"}
    assert period(clean_database).forecast == 1_700 + 13 * 50


def test_a_threshold_passed_is_a_warning_even_without_a_forecast(clean_database: Database) -> None:
    """85 % of the amount; what the month will end at is not known and not made up."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    assert run(clean_database, organisation(of_payments(2_000)), NOW) == {"pay": "warning"}
    [insight] = insights(clean_database)
    assert (insight.title, insight.severity) == ("payments has used 85 % of its $2,000 budget", "medium")
    assert insight.impact_amount == 0
    assert period(clean_database).forecast is None
    assert [name for name, _ in cards(clean_database)[0].payload["figure"]["series"]] == ["spent"]


def test_only_the_budgets_currency_counts(clean_database: Database) -> None:
    """Euros beside dollars are neither added nor converted."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    bills(clean_database, FIRST, [900.0] * DAYS, currency="EUR", account="eu", account_id="2")
    both = organisation(
        of_payments(1_800),
        Budget(name="euro", scope=Scope(team="payments"), amount=Decimal(15_000), currency="EUR"),
    )
    assert run(clean_database, both, NOW) == {"euro": "breached", "pay": "warning"}
    assert period(clean_database).spent == 1_700
    assert period(clean_database, "euro").spent == 17 * 900
    assert insights(clean_database)[0].title == "payments has passed its €15k budget: €15.3k spent"


def test_tax_is_left_out_and_credits_are_in(clean_database: Database) -> None:
    bills(clean_database, FIRST, [100.0] * DAYS)
    bills(clean_database, FIRST, [500.0], charge_category="Tax")
    bills(clean_database, FIRST, [-250.0], charge_category="Credit")
    run(clean_database, organisation(of_payments(2_000)), NOW)
    assert period(clean_database).spent == 1_450


def test_other_teams_and_other_months_are_not_counted(clean_database: Database) -> None:
    bills(clean_database, date(2026, 10, 1), [70.0] * 31)
    bills(clean_database, FIRST, [100.0] * DAYS)
    bills(clean_database, FIRST, [800.0] * DAYS, team="search")
    run(clean_database, organisation(of_payments(2_000)), NOW)
    assert period(clean_database).spent == 1_700


def test_what_october_left_is_added_where_the_budget_rolls_over(clean_database: Database) -> None:
    """2,000 less 31 days of 50 leave 450: 1,700 are 69 % of 2,450, and no warning."""
    bills(clean_database, date(2026, 9, 20), [50.0] * 42)
    bills(clean_database, FIRST, [100.0] * DAYS)
    assert run(clean_database, organisation(of_payments(2_000, rollover=True)), NOW) == {"pay": "ok"}
    assert period(clean_database).amount == 2_450


@pytest.mark.parametrize(("fiscal_year_start", "spent"), [(1, 17 * 100 + 31 * 50), (2, 17 * 100)])
def test_a_quarter_is_one_of_the_fiscal_year(clean_database: Database, fiscal_year_start: int, spent: int) -> None:
    """From October where the year begins in January, from November where it begins in February."""
    bills(clean_database, date(2026, 9, 20), [50.0] * 42)
    bills(clean_database, FIRST, [100.0] * DAYS)
    quarter = of_payments(90_000, period="quarterly")
    run(clean_database, organisation(quarter, fiscal_year_start=fiscal_year_start), NOW)
    assert period(clean_database).spent == spent


def test_a_budget_that_is_over_is_not_judged(clean_database: Database) -> None:
    bills(clean_database, FIRST, [100.0] * DAYS)
    old = of_payments(10, period="custom", start=date(2026, 9, 1), end=date(2026, 10, 1))
    assert run(clean_database, organisation(old), NOW) == {"pay": "outside its period"}
    assert insights(clean_database) == []


def test_what_grew_most_is_named(clean_database: Database) -> None:
    """Against the first 17 days of October, not all of it."""
    bills(clean_database, date(2026, 10, 1), [40.0] * 31, service="S3")
    bills(clean_database, FIRST, [60.0] * DAYS, service="S3")
    bills(clean_database, FIRST, [45.0] * DAYS, service="Lambda")
    bills(clean_database, FIRST, [4_000.0], service="Sales tax", charge_category="Tax")
    run(clean_database, organisation(of_payments(1_600)), NOW)
    reason = cards(clean_database)[0].payload["reason"]
    assert reason == "Lambda +$765 vs the same days of the period before"  # S3 only grew by 340


def test_a_budget_that_fell_back_is_closed_in_its_thread(clean_database: Database) -> None:
    """Somebody raised the amount."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    run(clean_database, organisation(of_payments(1_600)), NOW)
    assert run(clean_database, organisation(of_payments(9_000)), NOW + timedelta(hours=1)) == {"pay": "ok"}
    [insight] = insights(clean_database)
    assert (insight.status, insight.status_reason) == ("resolved", "the budget is no longer in this state.")
    with Session(clean_database.app) as session:
        said = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "note")).one()
    assert said.payload["text"] == "Closed: the budget is no longer in this state."
    assert said.thread_key == cards(clean_database)[0].key


def test_a_breach_after_a_warning_is_news(clean_database: Database) -> None:
    """The warning gives way to it; the thread of the breach is its own."""
    bills(clean_database, FIRST, [100.0] * DAYS)
    run(clean_database, organisation(of_payments(2_000)), NOW)
    bills(clean_database, TODAY, [400.0])
    assert run(clean_database, organisation(of_payments(2_000)), NOW + timedelta(days=1)) == {"pay": "breached"}
    assert [(one.severity, one.status) for one in insights(clean_database)] == [
        ("medium", "resolved"),
        ("critical", "open"),
    ]


@pytest.mark.parametrize("earlier", [True, False])
def test_days_of_a_late_provider_are_expected_and_not_free(clean_database: Database, earlier: bool) -> None:
    """Google's bill ends on the 14th, AWS's on the 17th: 14 days are spent, 16 are ahead, by the forecast of the 15th
    where there is one, else as their weekdays in the newest.
    """
    bills(clean_database, FIRST, [500.0] * DAYS, team="search")
    bills(clean_database, FIRST, [100.0] * (DAYS - 3), provider="Google Cloud")
    if earlier:
        predict(clean_database, [100.0] * 40, made_on=date(2026, 11, 15))
    predict(clean_database, [100.0] * 40)
    assert run(clean_database, organisation(of_payments(2_900)), NOW) == {"pay": "forecast_breach"}
    stored = period(clean_database)
    assert (stored.spent, stored.forecast, stored.crosses_on) == (1_400, 3_000, date(2026, 11, 29))
    (_, spent), (_, expected) = cards(clean_database)[0].payload["figure"]["series"]
    assert (spent[13], spent[14], expected[13], expected[14]) == (1_400.0, None, 1_400.0, 1_500.0)


def test_a_late_providers_weekend_is_expected_as_a_weekend(clean_database: Database) -> None:
    """Saturday the 14th and Sunday the 15th are missing; weekends are forecast at 20 and weekdays at 100."""
    bills(clean_database, FIRST, [500.0] * 15, team="search")
    bills(clean_database, FIRST, [100.0] * 13, provider="Google Cloud")
    made_on = date(2026, 11, 16)
    days = [made_on + timedelta(days=offset) for offset in range(40)]
    predict(clean_database, [20.0 if day.weekday() > 4 else 100.0 for day in days], made_on=made_on)
    run(clean_database, organisation(of_payments(9_000)), NOW)
    stored = period(clean_database)
    assert (stored.spent, stored.forecast) == (1_300, 1_300 + 2 * 20 + 11 * 100 + 4 * 20)
