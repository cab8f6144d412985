"""Budgets over HTTP: made, overridden, taken back, never overwritten blindly."""

import pytest
from fastapi.testclient import TestClient

from db.database import Database
from tests.bot.api.conftest import bearer


def test_what_somebody_else_changed_is_not_overwritten(client: TestClient, clean_database: Database) -> None:
    """If-Match names what was read; a stale one is refused."""
    root = bearer(clean_database, "U-ROOT", "read", "write")
    made = client.post("/api/v1/budgets", json={"name": "new", "amount": 5}, headers=root)
    assert made.status_code == 201
    assert client.post("/api/v1/budgets", json={"name": "new", "amount": 5}, headers=root).status_code == 409
    stale, path = made.headers["etag"], "/api/v1/budgets/new"
    assert client.get(path, headers=root).headers["etag"] == stale
    assert client.put(path, json={"amount": 6}, headers={**root, "If-Match": stale}).status_code == 200
    assert client.put(path, json={"amount": 7}, headers={**root, "If-Match": stale}).status_code == 412
    assert client.delete(path, headers={**root, "If-Match": stale}).status_code == 412
    assert (
        client.patch(
            "/api/v1/insights/1", json={"status": "resolved"}, headers={**root, "If-Match": '"old"'}
        ).status_code
        == 412
    )


def test_a_guess_tells_nothing_of_a_budget_that_one_may_not_see(client: TestClient, clean_database: Database) -> None:
    """With If-Match a hidden budget answers as one that is not there, be the guess right or wrong."""
    root, other = (bearer(clean_database, person, "read", "write") for person in ("U-ROOT", "U-OPS"))
    path, mine = "/api/v1/budgets/payments budget", {"amount": 1, "scope": {"team": "search"}}
    right = client.get(path, headers=root).headers["etag"]
    for guess in (right, '"wrong"', "*"):
        hidden = client.put(path, json=mine, headers={**other, "If-Match": guess})
        nowhere = client.put("/api/v1/budgets/nowhere", json=mine, headers={**other, "If-Match": guess})
        assert (hidden.status_code, nowhere.status_code) == (412, 412)
        assert hidden.json().get("detail") == nowhere.json().get("detail")
    assert client.put(path, json=mine, headers=other).status_code == 404
    assert client.get(path, headers=root).headers["etag"] == right


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30"])
def test_a_day_beyond_the_calendar_is_no_error_of_ours(day: str, client: TestClient, clean_database: Database) -> None:
    """It is refused, or answered in words."""
    root = bearer(clean_database, "U-ROOT", "ask")
    asked = client.post("/api/v1/ai/query", json={"question": "cost last month", "today": day}, headers=root)
    assert asked.status_code < 500, asked.text


def test_a_budget_of_the_file_is_overridden_and_taken_back(client: TestClient, clean_database: Database) -> None:
    """What the file says stays beside it; only what the file does not have is deleted here."""
    root, path = bearer(clean_database, "U-ROOT", "read", "write"), "/api/v1/budgets/payments budget"
    assert client.delete(f"{path}/override", headers=root).status_code == 409
    changed = client.put(path, json={"amount": 7, "scope": {"team": "payments"}}, headers=root).json()
    assert (changed["amount"], changed["origin"], changed["in_file"]["amount"]) == (7.0, "api", "100")
    assert client.delete(path, headers=root).status_code == 409
    back = client.delete(f"{path}/override", headers=root).json()
    assert (back["amount"], back["origin"], back["in_file"]) == (100.0, "file", None)
    assert client.delete(path, headers=root).status_code == 409


def test_a_custom_budget_has_its_dates(client: TestClient, clean_database: Database) -> None:
    """PUT replaces it whole; dates that do not fit are refused with 422 and change nothing."""
    root, path = bearer(clean_database, "U-ROOT", "read", "write"), "/api/v1/budgets/launch"
    custom = {"amount": 5, "period": "custom", "start": "2026-11-01", "end": "2027-02-01"}
    made = client.post("/api/v1/budgets", json={"name": "launch", **custom}, headers=root)
    assert (made.status_code, made.json()["starts_on"], made.json()["ends_on"]) == (201, "2026-11-01", "2027-02-01")
    for wrong in (
        {"amount": 5, "period": "custom"},
        {**custom, "end": "2026-11-01"},
        {**custom, "end": None},
        {**custom, "start": "soon"},
    ):
        assert client.put(path, json=wrong, headers=root).status_code == 422, wrong
    assert client.get(path, headers=root).json()["ends_on"] == "2027-02-01"
    assert client.put(path, json={**custom, "amount": 6}, headers=root).json()["starts_on"] == "2026-11-01"
    assert client.put(path, json={"amount": 6}, headers=root).json()["starts_on"] is None
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert any(example.get("period") == "custom" for example in schemas["NewBudget"]["examples"])


def test_a_budget_is_about_what_one_may_see(client: TestClient, clean_database: Database) -> None:
    """As in Slack: an operator of search makes none for payments."""
    ops = bearer(clean_database, "U-OPS", "read", "write")
    body = {"name": "x", "scope": {"team": "payments"}, "amount": 5}
    assert client.post("/api/v1/budgets", json=body, headers=ops).status_code == 403
    assert client.post("/api/v1/budgets", json={**body, "scope": {"team": "search"}}, headers=ops).status_code == 201
