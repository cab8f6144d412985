"""The Home tab from stored figures: spend, budget, forecast, insights and measures of who opens it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from bot.listeners import home
from config.access import Actor, Role
from config.organisation import Organisation
from db.tables import BudgetPeriod, BudgetRow, ForecastRow, Insight, Question
from tests.flows.daily import spend

TODAY = date(2026, 11, 21)
MAYA = Actor(
    id="U1", name="Maya", roles=frozenset({Role.VIEWER, Role.MEMBER}), teams=frozenset({"payments"}), sees_all=True
)


@pytest.fixture
def costs(session: Session) -> Session:
    """Twenty days of November, a budget of the whole, and a forecast of the rest."""
    spend(session, date(2026, 10, 1), [10.0] * 31 + [20.0] * 20, team="payments")
    spend(session, date(2026, 10, 1), [5.0] * 51, team="search")
    session.add(BudgetRow(name="payments", scope={"team": "payments"}, amount=Decimal(700), currency="USD"))
    session.flush()
    session.add(
        BudgetPeriod(
            budget="payments",
            period_start=date(2026, 11, 1),
            period_end=date(2026, 12, 1),
            amount=Decimal(700),
            spent=Decimal(400),
            status="ok",
            evaluated_at=TODAY,
        )
    )
    for team, cost in (("payments", 21), ("search", 5)):
        for ahead in range(40):
            day = TODAY + timedelta(days=ahead)
            band = dict.fromkeys(("low_80", "high_80", "low_95", "high_95"), cost)
            session.add(
                ForecastRow(
                    scope_kind="team",
                    scope=team,
                    currency="USD",
                    made_on=TODAY,
                    forecast_date=day,
                    model="m",
                    expected_cost=cost,
                    **band,
                )
            )
    session.flush()
    return session


def test_ones_teams_stand_with_budget_and_forecast(costs: Session) -> None:
    """Spent so far plus what the forecast expects of the rest of the month; other teams are not one's own."""
    (team,) = home.gather(costs, MAYA, TODAY, Organisation())["teams"]
    assert (team["team"], team["month"], team["budget"]) == ("payments", 400.0, Decimal(700))
    assert team["forecast"] == pytest.approx(400 + 10 * 21)
    assert team["days"] == [10.0] * 10 + [20.0] * 20


def test_a_team_without_a_budget_has_a_forecast_all_the_same(costs: Session) -> None:
    """It comes from the forecasts, not from budgets."""
    (team,) = home.gather(costs, Actor(id="U2", teams=frozenset({"search"}), sees_all=True), TODAY, Organisation())[
        "teams"
    ]
    assert (team["budget"], team["forecast"]) == (None, pytest.approx(20 * 5 + 10 * 5))


def test_insights_of_ones_own_come_first(costs: Session) -> None:
    """What nobody owns comes after them, however large; other teams' are left out."""
    for name, team, impact in (("mine", "payments", 5), ("nobody's", None, 900), ("theirs", "search", 800)):
        costs.add(
            Insight(
                fingerprint=name,
                kind="anomaly",
                severity="low",
                title=name,
                team=team,
                impact_amount=impact,
                currency="USD",
            )
        )
    costs.flush()
    assert [one["title"] for one in home.gather(costs, MAYA, TODAY, Organisation())["insights"]] == ["mine", "nobody's"]


@pytest.mark.parametrize(("developers", "share"), [(4, 50.0), (0, 100.0), (1, 100.0)])
def test_askers_are_counted_of_all_developers(developers: int, share: float, costs: Session) -> None:
    """Two asked this week: of four that is half; never more than all."""
    for number, asker in enumerate(("U1", "U1", "U2", "cli", "eval", "system")):
        costs.add(Question(reference=f"R{number}", asker=asker, question="?", outcome="answer"))
        costs.flush()
    measured = {kpi["name"]: kpi for kpi in home.gather(costs, MAYA, TODAY, Organisation(), developers)["kpis"]}
    assert measured["weekly_askers"]["value"] == share
    assert measured["weekly_askers"]["good"] == (share >= 70)


def test_ones_own_insight_stands_behind_any_number_of_others(costs: Session) -> None:
    """The list is narrowed before it is cut."""
    for number in range(250):
        costs.add(_insight(f"other {number}", "search", 1000 + number))
    costs.add(_insight("mine", "payments", 1))
    costs.flush()
    only_mine = Actor(id="U3", name="Sam", teams=frozenset({"payments"}))
    assert [item["title"] for item in home.gather(costs, only_mine, TODAY, Organisation())["insights"]] == ["mine"]


def _insight(title: str, team: str, impact: int) -> Insight:
    return Insight(
        kind="anomaly",
        severity="high",
        status="open",
        title=title,
        team=team,
        fingerprint=title,
        impact_amount=impact,
        currency="USD",
        scope={},
        evidence={},
    )
