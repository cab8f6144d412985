"""Who calls too often waits; guessed tokens cost no look-ups."""

from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from bot.api.auth import tokens
from bot.api.http.limits import Buckets
from db.database import Database
from tests.bot.api.conftest import bearer


def test_who_calls_too_often_waits() -> None:
    """A bucket of two, refilled one a second."""
    buckets = Buckets(rate=1, burst=2)
    assert [buckets.wait("ann", 0.0), buckets.wait("ann", 0.0)] == [0, 0]
    assert buckets.wait("ann", 0.0) == 1
    assert buckets.wait("bob", 0.0) == 0
    assert buckets.wait("ann", 1.0) == 0


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
