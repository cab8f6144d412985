"""Liveness and readiness."""

from fastapi.testclient import TestClient

from db.database import Database


def test_ready_says_what_is_not(client: TestClient, clean_database: Database) -> None:
    """Readiness names its parts; alive looks at nothing."""
    assert client.get("/readyz").json() == {"status": "ready", "parts": {"database": "ready"}}
    client.app.state.context.ready["slack"] = lambda: "is being connected"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["slack"]) == (503, "is being connected")
    assert client.get("/healthz").json() == {"status": "alive"}
