"""How far off forecasts were, from predictions whose days have come."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from config.access import SYSTEM
from db.tables import ForecastRow
from nl2sql.answers.outcomes import Answer, CannotAnswer
from nl2sql.ask import ask
from nl2sql.deps import Deps

_DAY = timedelta(days=1)


def _predicted(
    deps: Deps, made_on: date, expected: float, scope_kind: str = "total", scope: str = "everything"
) -> None:
    with Session(deps.database.app) as session, session.begin():
        session.add_all(
            ForecastRow(
                scope_kind=scope_kind,
                scope=scope,
                currency="USD",
                made_on=made_on,
                model="m",
                forecast_date=made_on + at * _DAY,
                expected_cost=expected,
                low_80=expected,
                high_80=expected,
                low_95=expected,
                high_95=expected,
            )
            for at in range(60)
        )


@pytest.mark.parametrize(
    "question",
    ["how accurate are the forecasts?", "forecast accuracy", "how far off was the forecast", "forecasts vs actuals"],
)
def test_what_was_expected_stands_beside_what_it_cost(question: str, deps: Deps) -> None:
    """Days on which nothing was charged are not held against a forecast; 5, 6 and 7 October cost 155 together."""
    _predicted(deps, date(2026, 10, 5), 62.0)
    outcome = ask(question, SYSTEM, None, deps)
    assert isinstance(outcome, Answer), outcome.text
    row = dict(zip(outcome.columns, outcome.rows[0], strict=True))
    assert (row["days"], row["expected_cost"], row["actual_cost"]) == (3, 186.0, 155.0)
    assert "20.0 % above the $155" in outcome.text


def test_of_one_team(deps: Deps) -> None:
    """The forecast of that team, and what it cost."""
    _predicted(deps, date(2026, 10, 5), 50.0, "team", "payments")
    outcome = ask("how accurate is the forecast for payments", SYSTEM, None, deps)
    assert isinstance(outcome, Answer), outcome.text
    assert "Forecasts of payments" in outcome.text
    assert outcome.rows[0][3] == 110.0


def test_without_a_forecast_that_met_its_days(deps: Deps) -> None:
    """It is said, and the forecast itself is offered."""
    outcome = ask("how accurate are the forecasts?", SYSTEM, None, deps)
    assert isinstance(outcome, CannotAnswer)
    assert "has met its days yet" in outcome.text
    assert not isinstance(ask("what was the error of our bill", SYSTEM, None, deps), Answer)
