"""Tokens that are expired, revoked or made up let nobody in."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from bot.api.auth import tokens
from db.database import Database
from tests.bot.api.conftest import NOW, bearer


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
