"""What is expected of a scope, through the API."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import ForecastAccuracy
from tests.bot.api.conftest import NOW, bearer


def test_an_outlook_is_of_what_one_sees(client: TestClient, clean_database: Database) -> None:
    """With the days before and the errors; another team's is not there."""
    with Session(clean_database.app) as session, session.begin():
        for kind, day in (("backtest", NOW.date()), ("backtest", NOW.date() - timedelta(days=9))):
            session.add(
                ForecastAccuracy(
                    scope_kind="team",
                    scope="payments",
                    currency="USD",
                    model="ensemble",
                    horizon_days=30,
                    measured_on=day,
                    kind=kind,
                    total_error=0.04,
                    day_mape=0.1,
                    coverage_80=0.8,
                )
            )
    ann = bearer(clean_database, "U-ANN", "read")
    found = client.get("/api/v1/forecasts/outlook?team=payments", headers=ann).json()
    assert (found["scope"], [day["expected"] for day in found["days"]], len(found["past"])) == ("payments", [10], 30)
    assert {day["actual"] for day in found["past"]} == {10, None}  # the bills end before today: not known, and not 0
    assert [(one["measured_on"], one["total_error"]) for one in found["accuracy"]] == [(str(NOW.date()), 0.04)]
    assert client.get("/api/v1/forecasts/outlook?team=search", headers=ann).status_code == 404
    assert client.get("/api/v1/forecasts/outlook", headers=ann).status_code == 404
