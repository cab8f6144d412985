"""Errors of the API are problem documents without the text of a fault."""

import pytest
from fastapi.testclient import TestClient

from db.database import Database
from tests.bot.api.conftest import bearer


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
    from bot.api.routes.operations import records

    def broken(*_: object) -> None:
        raise RuntimeError("planted hunter2")

    monkeypatch.setattr(records.kpis, "read", broken)
    answer = client.get("/api/v1/kpis", headers=bearer(clean_database, "U-ROOT", "read"))
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json()["reference"] == answer.headers["x-request-id"]
    assert "hunter2" not in answer.text
