"""Questions and queries over HTTP are answered as in Slack."""

from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from db.database import Database
from flows.ingest.ingest_costs import ingest
from tests.bot.api.conftest import ORGANISATION, bearer
from tests.nl2sql.builders import bill


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
