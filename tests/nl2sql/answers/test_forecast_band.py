"""The band of the running month is measured on the months before; lists are told in the currency that was asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards.messages import notices
from config.access import SYSTEM
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database
from db.tables import BudgetPeriod, BudgetRow, ForecastRow, Load, Source, daily_costs
from nl2sql.answers.outcomes import Answer, Unavailable
from nl2sql.ask import ask, connect_deps
from nl2sql.deps import Deps

TODAY = date(2026, 11, 24)
FIRST = date(2025, 9, 1)
DAY = timedelta(days=1)


@pytest.fixture
def year(clean_database: Database, settings: Settings) -> Deps:
    """More than a year of even bills but for one month, a forecast of the rest that is sure of itself, a budget."""
    with Session(clean_database.owner) as session, session.begin():
        source = Source(name="s")
        session.add(source)
        session.flush()
        for at in range((TODAY - FIRST).days):
            day = FIRST + at * DAY
            cost = 130.0 if day >= date(2026, 3, 24) and day < date(2026, 4, 1) else 100.0
            values = {"usage_date": day, "billing_period_start": day.replace(day=1), "source_id": source.id}
            values |= {"provider": "AWS", "service": "EC2", "team": "payments", "charge_category": "Usage"}
            amounts = dict.fromkeys(("billed_cost", "effective_cost", "list_cost", "contracted_cost"), cost)
            session.execute(sa.insert(daily_costs).values(**values, **amounts, currency="USD"))
        eight = datetime(2026, 11, 24, 8, tzinfo=UTC)
        session.add(
            Load(source_id=source.id, delivery="s", path="b", status="loaded", started_at=eight, finished_at=eight)
        )
        for at in range(60):
            session.add(
                ForecastRow(
                    scope_kind="total",
                    scope="everything",
                    currency="USD",
                    made_on=TODAY,
                    model="m",
                    forecast_date=TODAY + at * DAY,
                    expected_cost=100,
                    low_80=99,
                    high_80=101,
                    low_95=99,
                    high_95=101,
                )
            )
        session.add(BudgetRow(name="all", scope={}, amount=4000, currency="USD", period="monthly", thresholds=[1.0]))
        session.flush()
        session.add(
            BudgetPeriod(
                budget="all",
                period_start=date(2026, 11, 1),
                period_end=date(2026, 12, 1),
                amount=4000,
                spent=2300,
                forecast=3000,
                status="ok",
                evaluated_at=sa.func.now(),
            )
        )
    return connect_deps(settings, Organisation(exchange_rates={"EUR": Decimal("0.5")}), clean_database, today=TODAY)


def answered(question: str, deps: Deps) -> Answer:
    answer = ask(question, SYSTEM, None, deps)
    assert isinstance(answer, Answer), answer.text
    return answer


def test_the_band_is_what_the_months_before_needed(year: Deps) -> None:
    """An odd week in March, which April's usual days remember, makes it one and a fifth per cent of the whole wide."""
    text = answered("what will november cost?", year).text
    assert text.startswith("$3,000 expected for November 2026 ($2,964–$3,038 likely), of which $2,300 is spent")
    assert "Seen from the same day, 12 of the 13 months before ended within such a band." in text


def test_lists_are_exchanged_as_answers_are(year: Deps) -> None:
    """Headline, rows and currency, with the rate."""
    answer = answered("list all budgets in EUR", year)
    row = dict(zip(answer.columns, answer.rows[0], strict=True))
    assert (row["amount"], row["spent"], row["left_over"], row["currency"]) == (2000.0, 1150.0, 850.0, "EUR")
    assert "€1,150 of €2,000" in answer.text
    assert "1 USD = 0.5 EUR" in answer.text


def test_no_list_is_guessed_into_a_currency_without_a_rate(year: Deps) -> None:
    """As an answer is not."""
    told = ask("list all budgets in EUR", SYSTEM, None, replace(year, organisation=Organisation()))
    assert "I know no exchange rate for EUR" in told.text


def test_where_no_bills_are_there_the_card_offers_to_fetch_them(
    clean_database: Database, settings: Settings, organisation: Organisation
) -> None:
    """Whatever the sentence says: the outcome knows why."""
    told = ask("cost of ec2", SYSTEM, None, connect_deps(settings, organisation, clean_database, today=TODAY))
    assert isinstance(told, Unavailable)
    stored = {**told.to_stored(), "text": "Nothing is here."}
    assert "refresh_bills" in str(notices.card(stored, "7F3K"))
    assert "refresh_bills" not in str(notices.card({**stored, "no_bills": False}, "7F3K"))
