"""Lists of the API: pages, filters, ETags, days in reach."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from db.database import Database
from tests.bot.api.conftest import NOW, bearer


def test_pages_filters_and_etags(client: TestClient, clean_database: Database) -> None:
    """A page says where it continues; the same page is not sent twice; an unknown filter is named."""
    root = bearer(clean_database, "U-ROOT", "read")
    first = client.get("/api/v1/insights?limit=1", headers=root)
    assert first.json()["next_offset"] == 1
    assert (
        client.get("/api/v1/insights?limit=1", headers={**root, "If-None-Match": first.headers["etag"]}).status_code
        == 304
    )
    assert [i["team"] for i in client.get("/api/v1/insights?team=search", headers=root).json()["items"]] == ["search"]
    link = first.headers["link"]
    assert "offset=1" in link
    assert link.endswith('rel="next"')
    assert client.get("/api/v1/insights?team='; DROP TABLE x --", headers=root).json()["items"] == []
    assert client.get("/api/v1/insights?team=a&team=b", headers=root).status_code == 422
    assert client.get(f"/api/v1/insights?since={NOW.date() + timedelta(days=1)}", headers=root).json()["items"] == []
    assert client.get("/api/v1/insights?colour=red", headers=root).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "insights",
        "accounts",
        "services",
        "resources",
        "budgets",
        "forecasts",
        "recommendations",
        "remediations",
        "savings",
        "prices",
        "freshness",
        "showback",
    ],
)
def test_every_list_is_a_page(client: TestClient, clean_database: Database, path: str) -> None:
    """With items, a continuation and an ETag."""
    response = client.get(f"/api/v1/{path}", headers=bearer(clean_database, "U-ROOT", "read"))
    assert response.status_code == 200
    assert set(response.json()) == {"items", "next_offset"}
    assert response.headers["etag"]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2200-01-01"])
def test_a_day_out_of_reach_is_refused(client: TestClient, clean_database: Database, day: str) -> None:
    """Wherever a day is taken: a bad request, and no fault of ours; a day that is badly written is not valid."""
    root = bearer(clean_database, "U-ROOT", "read", "write", "ask")
    budget = {"amount": 10, "scope": {"team": "web"}, "period": "custom", "start": "2026-01-01", "end": day}
    answers = [
        client.post("/api/v1/ai/query", json={"question": "cost last month", "today": day}, headers=root),
        client.get("/api/v1/insights", params={"since": day}, headers=root),
        client.get("/api/v1/insights", params={"until": day}, headers=root),
        client.post("/api/v1/budgets", json={"name": "x", **budget}, headers=root),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    badly = client.get("/api/v1/insights", params={"since": f"{day}T00", "until": day}, headers=root)
    assert badly.status_code == 422
    for last in ("2199-12-31", "1970-01-01"):
        asked = client.post("/api/v1/ai/query", json={"question": "cost last month", "today": last}, headers=root)
        assert asked.status_code == 200
