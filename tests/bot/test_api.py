"""The HTTP API over a real application and a real database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from bot.api import tokens
from bot.api.app import create_app
from bot.api.context import Context
from bot.api.limits import Buckets
from db.engines import Database
from db.tables import Insight
from nl2sql.deps import Deps
from settings import Organisation, Settings

NOW = datetime.now(UTC)
ORGANISATION = Organisation.model_validate(
    {
        "visibility": "own_teams",
        "people": [
            {"id": "U-ANN", "name": "Ann", "roles": ["member"], "teams": ["payments"]},
            {"id": "U-OPS", "name": "Ops", "roles": ["operator"], "teams": ["search"]},
            {"id": "U-ROOT", "name": "Root", "roles": ["admin"]},
        ],
    }
)


@pytest.fixture
def client(clean_database: Database, settings: Settings) -> Iterator[TestClient]:
    """The API with insights of two teams."""
    with Session(clean_database.app) as session, session.begin():
        for team in ("payments", "search"):
            session.add(
                Insight(
                    fingerprint=team, kind="anomaly", severity="high", title=f"canary {team}", team=team, currency="USD", impact_amount=5
                )
            )
    context = Context(settings, ORGANISATION, clean_database, Deps(clean_database, settings, ORGANISATION))
    with TestClient(create_app(context)) as client:
        client.headers["x-database"] = "real"
        yield client


def bearer(database: Database, person: str, *scopes: tokens.Scope, lifetime: timedelta = timedelta(days=1)) -> dict[str, str]:
    with Session(database.app) as session, session.begin():
        return {"Authorization": f"Bearer {tokens.issue(session, person, scopes, NOW, lifetime, 'test')}"}


def test_without_a_token_nothing_is_said(client: TestClient) -> None:
    """Every path but health needs one; the answer is a problem document."""
    for path in ("/api/v1/insights", "/api/v1/insights/summary", "/api/v1/resources", "/api/v1/audit"):
        response = client.get(path)
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz").status_code == 200


def test_expired_revoked_and_wrong_tokens_are_refused(client: TestClient, clean_database: Database) -> None:
    """A token is good until it ends or is ended."""
    expired = bearer(clean_database, "U-ANN", "read", lifetime=timedelta(seconds=-1))
    good = bearer(clean_database, "U-ANN", "read")
    assert client.get("/api/v1/insights", headers=expired).status_code == 401
    assert client.get("/api/v1/insights", headers={"Authorization": "Bearer fops_nonsense"}).status_code == 401
    assert client.get("/api/v1/insights", headers=good).status_code == 200
    with Session(clean_database.app) as session, session.begin():
        tokens.revoke(session, "U-ANN", NOW, "test")
    assert client.get("/api/v1/insights", headers=good).status_code == 401


def test_everybody_sees_their_own_teams_only(client: TestClient, clean_database: Database) -> None:
    """Lists, the summary and single insights are narrowed alike."""
    ann = bearer(clean_database, "U-ANN", "read")
    items = client.get("/api/v1/insights", headers=ann).json()["items"]
    assert [item["title"] for item in items] == ["canary payments"]
    assert "canary search" not in client.get("/api/v1/insights/summary", headers=ann).text
    assert [client.get(f"/api/v1/insights/{number}", headers=ann).status_code for number in (1, 2)] == [200, 404]
    everything = client.get("/api/v1/insights", headers=bearer(clean_database, "U-ROOT", "read")).json()["items"]
    assert len(everything) == 2


def test_scopes_and_roles_both_count(client: TestClient, clean_database: Database) -> None:
    """A read token does not write, and a member does not edit budgets."""
    budget = {"amount": 100, "scope": {"team": "search"}}
    read_only = bearer(clean_database, "U-OPS", "read")
    assert client.put("/api/v1/budgets/search", json=budget, headers=read_only).status_code == 403
    assert client.put("/api/v1/budgets/search", json=budget, headers=bearer(clean_database, "U-ANN", "write")).status_code == 403
    operator = bearer(clean_database, "U-OPS", "write")
    assert client.put("/api/v1/budgets/search", json=budget, headers=operator).status_code == 201
    assert client.put("/api/v1/budgets/search", json={**budget, "amount": 200}, headers=operator).status_code == 200
    assert client.delete("/api/v1/budgets/search", headers=operator).status_code == 204
    assert client.delete("/api/v1/budgets/search", headers=operator).status_code == 404


def test_pages_filters_and_etags(client: TestClient, clean_database: Database) -> None:
    """A page says where it continues; the same page is not sent twice; an unknown filter is named."""
    root = bearer(clean_database, "U-ROOT", "read")
    first = client.get("/api/v1/insights?limit=1", headers=root)
    assert first.json()["next_offset"] == 1
    assert client.get("/api/v1/insights?limit=1", headers={**root, "If-None-Match": first.headers["etag"]}).status_code == 304
    assert [i["team"] for i in client.get("/api/v1/insights?team=search", headers=root).json()["items"]] == ["search"]
    assert client.get("/api/v1/insights?team='; DROP TABLE x --", headers=root).json()["items"] == []
    assert client.get("/api/v1/insights?colour=red", headers=root).status_code == 422


def test_a_question_and_an_unsafe_one(client: TestClient, clean_database: Database) -> None:
    """The same ask as in Slack."""
    ann = bearer(clean_database, "U-ANN", "ask")
    assert client.post("/api/v1/ai/query", json={"question": "drop table charges"}, headers=ann).json()["outcome"] == "blocked"
    assert client.post("/api/v1/ai/query", json={"question": ""}, headers=ann).status_code == 422


def test_a_decision_is_stored_and_audited(client: TestClient, clean_database: Database) -> None:
    """Acknowledging is for members of the team."""
    ann = bearer(clean_database, "U-ANN", "write", "read")
    assert client.patch("/api/v1/insights/1", json={"status": "acknowledged", "reason": "ours"}, headers=ann).status_code == 200
    assert client.get("/api/v1/insights/1", headers=ann).json()["status"] == "acknowledged"
    actions = [item["action"] for item in client.get("/api/v1/audit", headers=bearer(clean_database, "U-ROOT", "read")).json()["items"]]
    assert "insight.acknowledged" in actions


def test_ready_and_measured(client: TestClient) -> None:
    """Readiness names its parts; metrics are Prometheus text with our names."""
    assert client.get("/readyz").json() == {"status": "ready", "parts": {"database": "ready"}}
    text = client.get("/metrics").text
    assert 'finops_insights_open{severity="high"} 2.0' in text
    assert "canary" not in text


def test_who_calls_too_often_waits() -> None:
    """A bucket of two, refilled one a second."""
    buckets = Buckets(rate=1, burst=2)
    assert [buckets.wait("ann", 0.0), buckets.wait("ann", 0.0)] == [0, 0]
    assert buckets.wait("ann", 0.0) == 1
    assert buckets.wait("bob", 0.0) == 0
    assert buckets.wait("ann", 1.0) == 0
