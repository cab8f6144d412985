"""Insights over HTTP: decided, counted, compared."""

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import Insight
from tests.bot.api.conftest import bearer


def test_a_decision_is_stored_and_audited(client: TestClient, clean_database: Database) -> None:
    """Acknowledging is for members of the team."""
    ann = bearer(clean_database, "U-ANN", "write", "read")
    assert (
        client.patch("/api/v1/insights/1", json={"status": "acknowledged", "reason": "ours"}, headers=ann).status_code
        == 200
    )
    assert client.get("/api/v1/insights/1", headers=ann).json()["status"] == "acknowledged"
    actions = [
        item["action"]
        for item in client.get("/api/v1/audit", headers=bearer(clean_database, "U-ROOT", "read")).json()["items"]
    ]
    assert "insight.acknowledged" in actions


def test_feedback_is_stored_audited_and_closes_noise(client: TestClient, clean_database: Database) -> None:
    """As the buttons of a card; a team's member may, who only reads may not, and nobody of another team."""
    ann = bearer(clean_database, "U-ANN", "write", "read")
    where = "/api/v1/insights/1/feedback"
    fewer = client.post(where, json={"feedback": "fewer", "reason": "it breathes"}, headers=ann)
    assert (fewer.status_code, fewer.json()["feedback"], fewer.json()["status"]) == (200, "fewer", "open")
    noise = client.post(where, json={"feedback": "noise"}, headers=ann).json()
    assert (noise["feedback"], noise["status"]) == ("noise", "resolved")
    assert "the next one here must be half as large again" in noise["status_reason"]
    assert client.post(where, json={"feedback": "loud"}, headers=ann).status_code == 422
    assert (
        client.post(where, json={"feedback": "useful"}, headers=bearer(clean_database, "U-ANN", "read")).status_code
        == 403
    )
    root = bearer(clean_database, "U-ROOT", "read")
    details = [
        item["details"]
        for item in client.get("/api/v1/audit", headers=root).json()["items"]
        if item["action"] == "insight.feedback"
    ]
    assert {"feedback": "fewer", "reason": "it breathes"} in details


def test_fewer_is_asked_for_of_anomalies_alone(client: TestClient, clean_database: Database) -> None:
    """Nothing is kept of it for another kind: only detection has a sensitivity."""
    with Session(clean_database.owner) as session, session.begin():
        session.get_one(Insight, 1).kind = "idle"
    ann = bearer(clean_database, "U-ANN", "write", "read")
    refused = client.post("/api/v1/insights/1/feedback", json={"feedback": "fewer"}, headers=ann)
    assert (refused.status_code, "anomalies alone" in refused.text) == (400, True)
    assert client.get("/api/v1/insights/1", headers=ann).json()["feedback"] is None


def test_the_summary_counts_and_compares(client: TestClient, clean_database: Database) -> None:
    """Every severity is there; a trend is an amount and per cent; the forecast is of the days to come."""
    body = client.get("/api/v1/insights/summary", headers=bearer(clean_database, "U-ROOT", "read")).json()
    assert body["severity_counts"] == {"critical": 0, "high": 2, "medium": 0, "low": 0}
    trend = body["service_trends"][0]
    assert (trend["last_30_days"], trend["before_30_days"], trend["change_percent"]) == (300, 290, 3.45)
    assert {row["scope"] for row in body["forecasts"]} == {"payments", "search"}
    assert len(body["anomalies"]) == 2
