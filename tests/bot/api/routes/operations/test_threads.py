"""The way from the page back to Slack."""

from dataclasses import replace

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import OutboxMessage
from tests.bot.api.conftest import bearer


def test_a_card_is_found_in_slack_by_who_may_see_it(client: TestClient, clean_database: Database) -> None:
    """Null where there is no Slack or no card yet."""
    ann = bearer(clean_database, "U-ANN", "read")
    assert client.get("/api/v1/insights/1/thread", headers=ann).json() == {"url": None}
    app = client.app
    app.state.context = replace(app.state.context, message_link=lambda channel, ts: f"https://x.test/{channel}/{ts}")
    assert client.get("/api/v1/insights/1/thread", headers=ann).json() == {"url": None}
    with Session(clean_database.app) as session, session.begin():
        for key, kind in (("insight:1:#payments", "alert"), ("remediation:1", "proposal"), ("insight:11:#x", "alert")):
            session.add(OutboxMessage(key=key, channel="C1", kind=kind, payload={}, message_ts=f"{len(key)}.0"))
    assert client.get("/api/v1/insights/1/thread", headers=ann).json() == {"url": "https://x.test/C1/19.0"}
    assert client.get("/api/v1/remediations/1/thread", headers=ann).json() == {"url": "https://x.test/C1/13.0"}
    assert [client.get(f"/api/v1/{of}/2/thread", headers=ann).status_code for of in ("insights", "remediations")] == [
        404,
        404,
    ]
