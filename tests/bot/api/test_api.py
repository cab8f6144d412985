"""The HTTP API over a real application and a real database."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from db.database import Database
from flows.ingest.ingest_costs import ingest
from tests.bot.api.conftest import NOW, ORGANISATION, bearer
from tests.nl2sql.builders import bill


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
    assert first.headers["link"].endswith('offset=1&limit=1>; rel="next"') or "offset=1" in first.headers["link"]
    assert client.get("/api/v1/insights?team='; DROP TABLE x --", headers=root).json()["items"] == []
    assert client.get("/api/v1/insights?team=a&team=b", headers=root).status_code == 422
    assert client.get(f"/api/v1/insights?since={NOW.date() + timedelta(days=1)}", headers=root).json()["items"] == []
    assert client.get("/api/v1/insights?colour=red", headers=root).status_code == 422


def test_a_question_and_an_unsafe_one(client: TestClient, clean_database: Database) -> None:
    """The same ask as in Slack."""
    ann = bearer(clean_database, "U-ANN", "ask")
    assert (
        client.post("/api/v1/ai/query", json={"question": "drop table charges"}, headers=ann).json()["outcome"]
        == "blocked"
    )
    assert client.post("/api/v1/ai/query", json={"question": ""}, headers=ann).status_code == 422


def test_a_query_is_answered_without_words(client: TestClient, clean_database: Database, tmp_path: Path) -> None:
    """Narrowed as a question; what has no form is a problem, what does not fit an outcome that names the field."""
    ingest([bill(tmp_path / "10.csv", 10)], clean_database, ORGANISATION)
    ann = bearer(clean_database, "U-ANN", "ask")
    period = {"start": "2026-10-01", "end": "2026-11-01"}

    def asked(**fields: object) -> Any:
        return client.post("/api/v1/costs/query", json={"period": period, **fields}, headers=ann)

    answer = asked(dimensions=["team"]).json()
    assert (answer["outcome"], [row[0] for row in answer["rows"]]) == ("answer", ["payments"])
    other = asked(filters=[{"dimension": "team", "values": ["search"]}]).json()
    assert other["outcome"] == "cannot_answer"
    assert other["text"].startswith("filters[0].values[0]: No team is called “search”.")
    wrong = asked(limit="many")
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "limit: Input should be a valid integer.")
    reader = bearer(clean_database, "U-ANN", "read")
    assert client.post("/api/v1/costs/query", json={"period": period}, headers=reader).status_code == 403


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


def test_the_summary_counts_and_compares(client: TestClient, clean_database: Database) -> None:
    """Every severity is there; a trend is an amount and per cent; the forecast is of the days to come."""
    body = client.get("/api/v1/insights/summary", headers=bearer(clean_database, "U-ROOT", "read")).json()
    assert body["severity_counts"] == {"critical": 0, "high": 2, "medium": 0, "low": 0}
    trend = body["service_trends"][0]
    assert (trend["last_30_days"], trend["before_30_days"], trend["change_percent"]) == (300, 290, 3.45)
    assert {row["scope"] for row in body["forecasts"]} == {"payments", "search"}
    assert len(body["anomalies"]) == 2


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


def test_everything_that_fails_is_a_problem_document(client: TestClient, clean_database: Database) -> None:
    """Unknown paths, wrong methods, bad values, bodies that are none."""
    root = bearer(clean_database, "U-ROOT", "read", "write", "ask")
    answers = {
        404: client.get("/api/v1/nothing"),
        405: client.post("/api/v1/insights/summary", headers=root),
        422: client.get("/api/v1/insights?limit=x", headers=root),
        400: client.post(
            "/api/v1/ai/query", content="[" * 100_000, headers={**root, "Content-Type": "application/json"}
        ),
        413: client.post(
            "/api/v1/ai/query", content=b" " * 1_000_001, headers={**root, "Content-Type": "application/json"}
        ),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    for status, answer in answers.items():
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.headers["x-request-id"]
    assert client.get("/api/v1/nothing", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"] == "mine-1"


def test_a_fault_nobody_foresaw_leaves_without_its_text(
    client: TestClient, clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reference, which is in the log."""
    from bot.api.routes import records

    def broken(*_: object) -> None:
        raise RuntimeError("planted hunter2")

    monkeypatch.setattr(records.kpis, "read", broken)
    answer = client.get("/api/v1/kpis", headers=bearer(clean_database, "U-ROOT", "read"))
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["reference"] == answer.headers["x-request-id"]
    assert "hunter2" not in answer.text


def test_the_description_says_everything(client: TestClient) -> None:
    """Every operation that needs a token says so, and which problems it may answer with; bodies have examples."""
    document = client.get("/api/v1/openapi.json").json()
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/api/v1"):
                assert operation["security"], path
                assert {"401", "403", "422", "429", "503"} <= set(operation["responses"]), (path, method)
                assert operation["summary"]
    models = document["components"]["schemas"]
    assert all(models[name]["examples"] for name in ("Asked", "BudgetIn", "NewBudget", "Decision", "DecisionBody"))


def test_the_audit_log_is_filtered_and_verified(client: TestClient, clean_database: Database) -> None:
    """By who, what and about what."""
    root = bearer(clean_database, "U-ROOT", "read", "write")
    client.patch("/api/v1/insights/1", json={"status": "acknowledged"}, headers=root)
    found = client.get("/api/v1/audit?action=insight.acknowledged", headers=root).json()
    assert [(item["actor"], item["subject"]) for item in found["items"]] == [("U-ROOT", "1")]
    assert client.get("/api/v1/audit/verification", headers=root).json()["intact"] is True


def test_ready_says_what_is_not(client: TestClient, clean_database: Database) -> None:
    """Readiness names its parts; alive looks at nothing."""
    assert client.get("/readyz").json() == {"status": "ready", "parts": {"database": "ready"}}
    client.app.state.context.ready["slack"] = lambda: "is being connected"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["slack"]) == (503, "is being connected")
    assert client.get("/healthz").json() == {"status": "alive"}


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
