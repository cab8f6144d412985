"""Who comes in through the API: tokens, scopes, teams, limits."""

from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from bot.api.auth import tokens
from bot.api.limits import Buckets
from db.database import Database
from tests.bot.api.conftest import NOW, bearer


def test_without_a_token_nothing_is_said(client: TestClient) -> None:
    """Every path but health needs one; the answer is a problem document."""
    for path in ("/api/v1/insights", "/api/v1/insights/summary", "/api/v1/resources", "/api/v1/audit"):
        response = client.get(path)
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz").status_code == 200


def test_no_answer_is_kept_or_framed_by_others(client: TestClient) -> None:
    """Answers, refusals and what is not there alike say so to browsers and proxies."""
    for path in ("/healthz", "/api/v1/insights", "/nowhere"):
        headers = client.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "frame-ancestors 'none'"


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
    budget = {"amount": 100, "scope": {"team": "search"}, "currency": "EUR"}
    read_only = bearer(clean_database, "U-OPS", "read")
    assert client.put("/api/v1/budgets/search", json=budget, headers=read_only).status_code == 403
    assert (
        client.put("/api/v1/budgets/search", json=budget, headers=bearer(clean_database, "U-ANN", "write")).status_code
        == 403
    )
    operator = bearer(clean_database, "U-OPS", "write")
    assert client.put("/api/v1/budgets/search", json=budget, headers=operator).status_code == 201
    assert client.put("/api/v1/budgets/search", json={**budget, "amount": 200}, headers=operator).status_code == 200
    assert client.delete("/api/v1/budgets/search", headers=operator).status_code == 204
    assert client.delete("/api/v1/budgets/search", headers=operator).status_code == 404


def test_who_calls_too_often_waits() -> None:
    """A bucket of two, refilled one a second."""
    buckets = Buckets(rate=1, burst=2)
    assert [buckets.wait("ann", 0.0), buckets.wait("ann", 0.0)] == [0, 0]
    assert buckets.wait("ann", 0.0) == 1
    assert buckets.wait("bob", 0.0) == 0
    assert buckets.wait("ann", 1.0) == 0


def test_nobody_sees_another_team_anywhere(client: TestClient, clean_database: Database) -> None:
    """Not in any list, summary or single thing."""
    ann = bearer(clean_database, "U-ANN", "read")
    paths = [
        "insights",
        "insights/summary",
        "accounts",
        "services",
        "resources",
        "forecasts",
        "remediations",
        "budgets",
    ]
    told = {path: client.get(f"/api/v1/{path}", headers=ann).text for path in paths}
    assert [path for path, text in told.items() if "search" in text] == []
    assert "payments" in told["services"]
    assert [
        client.get(f"/api/v1/{kind}", headers=ann).status_code
        for kind in ("budgets/search budget", "remediations/2", "insights/2")
    ] == [404] * 3


def test_too_many_calls_are_told_when_to_come_back(client: TestClient, clean_database: Database) -> None:
    """429 with Retry-After, for callers and for strangers who guess tokens."""
    app = client.app
    root = bearer(clean_database, "U-ROOT", "read")
    app.state.context.buckets.rate, app.state.context.buckets.burst = 0.001, 1
    app.state.context.strangers.rate, app.state.context.strangers.burst = 0.001, 1
    answers = [client.get("/api/v1/kpis", headers=root) for _ in range(2)]
    guesses = [client.get("/api/v1/kpis", headers={"Authorization": "Bearer fops_guess"}) for _ in range(2)]
    assert [answer.status_code for answer in (*answers, *guesses)] == [200, 429, 401, 429]
    assert int(answers[1].headers["retry-after"]) > 0
    assert int(guesses[1].headers["retry-after"]) > 0


def test_guessed_tokens_are_not_looked_up_for_ever(
    client: TestClient, clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit the database is not asked; who was let in before from the same address goes on."""
    root = bearer(clean_database, "U-ROOT", "read")
    assert client.get("/api/v1/kpis", headers=root).status_code == 200
    client.app.state.context.strangers.rate, client.app.state.context.strangers.burst = 0.001, 5
    looked_up: list[str] = []
    find = tokens.find

    def counted(session: Session, token: str, now: datetime) -> tokens.Bearer | None:
        looked_up.append(token)
        return find(session, token, now)

    monkeypatch.setattr(tokens, "find", counted)
    guesses = [client.get("/api/v1/kpis", headers={"Authorization": f"Bearer fops_{n}"}).status_code for n in range(20)]
    assert (guesses, len(looked_up)) == ([401] * 5 + [429] * 15, 5)
    assert client.get("/api/v1/kpis", headers=root).status_code == 200


def test_a_decision_needs_the_role_for_the_team(client: TestClient, clean_database: Database) -> None:
    """An operator may not approve; the approver may, and is told why this plan cannot be."""
    path = "/api/v1/remediations/1/decision"
    root = bearer(clean_database, "U-ROOT", "write")
    assert client.post(path, json={"decision": "approve"}, headers=root).status_code == 403
    refused = client.post(path, json={"decision": "approve"}, headers=bearer(clean_database, "U-APP", "write"))
    assert (refused.status_code, "stored plan" in refused.json()["detail"]) == (409, True)
    assert (
        client.post(
            "/api/v1/remediations/2/decision",
            json={"decision": "approve"},
            headers=bearer(clean_database, "U-APP", "write"),
        ).status_code
        == 404
    )
