"""The audit log over HTTP."""

from fastapi.testclient import TestClient

from db.database import Database
from tests.bot.api.conftest import bearer


def test_the_audit_log_is_filtered_and_verified(client: TestClient, clean_database: Database) -> None:
    """By who, what and about what."""
    root = bearer(clean_database, "U-ROOT", "read", "write")
    client.patch("/api/v1/insights/1", json={"status": "acknowledged"}, headers=root)
    found = client.get("/api/v1/audit?action=insight.acknowledged", headers=root).json()
    assert [(item["actor"], item["subject"]) for item in found["items"]] == [("U-ROOT", "1")]
    assert client.get("/api/v1/audit/verification", headers=root).json()["intact"] is True
