"""What is expected of a scope, through the API."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import ForecastAccuracy
from tests.bot.api.conftest import NOW, bearer
from tests.flows.daily import spend


def test_an_outlook_is_of_what_one_sees(client: TestClient, clean_database: Database) -> None:
    """With the days before and the errors; another team's is not there."""
    with Session(clean_database.app) as session, session.begin():
        today = NOW.date()
        for model, kind, day, error in (
            ("ensemble", "backtest", today, 0.04),
            ("ensemble", "backtest", today - timedelta(days=9), 0.04),
            ("sma", "backtest", today, 0.01),
            ("as predicted", "live", today, 0.07),
        ):
            session.add(
                ForecastAccuracy(
                    scope_kind="team",
                    scope="payments",
                    currency="USD",
                    model=model,
                    horizon_days=30,
                    measured_on=day,
                    kind=kind,
                    total_error=error,
                    day_mape=0.1,
                    coverage_80=0.8,
                )
            )
    ann = bearer(clean_database, "U-ANN", "read")
    found = client.get("/api/v1/forecasts/outlook?team=payments", headers=ann).json()
    assert (found["scope"], [day["expected"] for day in found["days"]], len(found["past"])) == ("payments", [10], 30)
    assert {day["actual"] for day in found["past"]} == {10, None}  # the bills end before today: not known, and not 0
    assert [(one["measured_on"], one["kind"], one["total_error"]) for one in found["accuracy"]] == [
        (str(today), "backtest", 0.04),  # the model that is shown, not the best of all
        (str(today), "live", 0.07),
    ]
    assert client.get("/api/v1/forecasts/outlook?team=search", headers=ann).status_code == 404
    assert client.get("/api/v1/forecasts/outlook", headers=ann).status_code == 404


def test_the_running_month_has_the_band_of_the_months_before(client: TestClient, clean_database: Database) -> None:
    """The page shows what Slack says; with sixty days of bills too few months are known."""
    ann = bearer(clean_database, "U-ANN", "read")
    assert client.get("/api/v1/forecasts/outlook?team=payments", headers=ann).json()["month"] is None
    with Session(clean_database.app) as session, session.begin():
        first = NOW.date() - timedelta(days=500)
        spend(session, first, [10.0 + day % 3 for day in range(440)], team="payments")
    month = client.get("/api/v1/forecasts/outlook?team=payments", headers=ann).json()["month"]
    assert 1 < month["factor"] < 1.5
    assert 9 <= month["held"] <= month["periods"] <= 14
