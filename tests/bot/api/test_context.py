"""Who comes in through the API: tokens, scopes, teams, limits."""

from fastapi.testclient import TestClient

from db.database import Database
from tests.bot.api.conftest import bearer


def test_without_a_token_nothing_is_said(client: TestClient) -> None:
    """Every path but health needs one; the answer is a problem document."""
    for path in ("/api/v1/insights", "/api/v1/insights/summary", "/api/v1/resources", "/api/v1/audit"):
        response = client.get(path)
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
    assert client.get("/healthz").status_code == 200


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
