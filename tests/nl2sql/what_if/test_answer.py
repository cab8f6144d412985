"""Suppositions against a database: arithmetic on forecasts, budgets and on-demand cost, for who may see them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.access import SYSTEM, Actor
from db.database import Database
from db.tables import BudgetPeriod, BudgetRow, ForecastRow
from nl2sql.answers.outcomes import Answer, CannotAnswer
from nl2sql.ask import ask
from nl2sql.deps import Deps
from tests.flows.daily import spend

TODAY = date(2026, 10, 8)  # the day after the newest of the bill


def _forecast(scope_kind: str, scope: str, a_day: float) -> list[ForecastRow]:
    band: dict[str, Any] = dict.fromkeys(("expected_cost", "low_80", "high_80", "low_95", "high_95"), a_day)
    same: dict[str, Any] = {"scope_kind": scope_kind, "scope": scope, "currency": "USD", "made_on": TODAY}
    days = [TODAY + timedelta(offset) for offset in range(90)]
    return [ForecastRow(**same, **band, model="ensemble", forecast_date=day) for day in days]


@pytest.fixture
def planned(deps: Deps, clean_database: Database) -> Deps:
    """The small bill with forecasts of two teams and everything, and a budget of payments."""
    with Session(clean_database.owner) as session, session.begin():
        session.add_all(_forecast("total", "everything", 50.0))
        session.add_all(_forecast("team", "payments", 30.0))
        session.add_all(_forecast("team", "checkout", 10.0))
        session.add(BudgetRow(name="payments", scope={"team": "payments"}, amount=Decimal(500), currency="USD"))
        session.flush()
        session.add(
            BudgetPeriod(
                budget="payments",
                period_start=date(2026, 10, 1),
                period_end=date(2026, 11, 1),
                amount=Decimal(500),
                spent=Decimal(110),
                status="forecast_breach",
                evaluated_at=TODAY,
            )
        )
    return deps


def test_growth_moves_the_scope_and_the_whole_by_the_same_amount(planned: Deps) -> None:
    answer = ask("what if checkout grows 20 %?", SYSTEM, None, planned)
    assert isinstance(answer, Answer), answer
    assert answer.rows == (("checkout", 300.0, 360.0, 60.0, "USD"), ("everything", 1500.0, 1560.0, 60.0, "USD"))
    assert "$360" in answer.text


def test_the_day_a_budget_is_passed_is_told(planned: Deps) -> None:
    """110 spent, 30 a day from 8 October on: 500 is reached on the thirteenth of those days."""
    for question in ("when will payments pass its budget", "when do we pass the budget at this pace"):
        answer = ask(question, SYSTEM, None, planned)
        assert isinstance(answer, Answer), answer
        assert answer.rows[0][:5] == ("payments", 500.0, 110.0, 830.0, "2026-10-20")
        assert "20 October" in answer.text


def test_a_scope_without_a_budget_names_those_there_are(planned: Deps) -> None:
    answer = ask("when will checkout pass its budget", SYSTEM, None, planned)
    assert isinstance(answer, CannotAnswer)
    assert "payments" in answer.text


def test_a_team_is_told_of_its_own_figures_only(planned: Deps) -> None:
    member = Actor("U1", teams=frozenset({"checkout"}))
    answer = ask("what if checkout grows 20 %?", member, None, planned)
    assert isinstance(answer, Answer), answer
    assert [row[0] for row in answer.rows] == ["checkout"]
    assert not isinstance(ask("what if payments grows 20 %?", member, None, planned), Answer)


def test_a_plan_is_measured_on_the_on_demand_cost(planned: Deps, clean_database: Database) -> None:
    """$48 a day on demand is $2 an hour: a plan of $1 at 30 % off replaces 1/.7 of it, and one of $3 never pays."""
    with Session(clean_database.owner) as session, session.begin():
        spend(session, date(2026, 9, 20), [48.0] * 18)
    answer = ask("what if we buy a savings plan of $1/h", SYSTEM, None, planned)
    assert isinstance(answer, Answer), answer
    row = dict(zip(answer.columns, next(row for row in answer.rows if row[0] == 0.3), strict=True))
    assert row["commitment_a_month"] == pytest.approx(730.5)
    assert row["saving_a_month"] == pytest.approx((1 / 0.7 - 1) * 730.5)
    assert row["used"] == 1.0
    dear = ask("what if we buy a savings plan of $3/h", SYSTEM, None, planned)
    assert isinstance(dear, Answer), dear
    assert "pays at no discount" in dear.text


def test_without_on_demand_compute_no_plan_is_reckoned(planned: Deps) -> None:
    answer = ask("what if we buy a savings plan of $0.5/h", SYSTEM, None, planned)
    assert isinstance(answer, CannotAnswer)
    assert "no on-demand compute" in answer.text
