"""What an operator looks after, through the API: narrowed by role, and by what one sees."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import AuditEntry, ForecastAccuracy, Load, OutboxMessage, Source
from tests.bot.api.conftest import NOW, bearer

PATHS = ("loads", "standing", "tags", "people", "health")


def test_members_have_no_part_in_it(client: TestClient, clean_database: Database) -> None:
    """An operator sees the files but no sums over all teams, nor who has which role; an admin sees all."""
    told = {
        person: [
            client.get(f"/api/v1/admin/{path}", headers=bearer(clean_database, person, "read")).status_code
            for path in PATHS
        ]
        for person in ("U-ANN", "U-OPS", "U-ROOT")
    }
    assert told == {"U-ANN": [403] * 5, "U-OPS": [200, 403, 200, 403, 200], "U-ROOT": [200] * 5}


def test_files_and_people_are_as_they_are(client: TestClient, clean_database: Database) -> None:
    """The newest file first."""
    with Session(clean_database.app) as session, session.begin():
        session.add(Source(id=7, name="aws"))
        session.flush()
        session.add(Load(delivery="d", path="/a.csv", status="loaded", source_id=7, rows=3, started_at=NOW))
        session.add(Load(delivery="e", path="/b.csv", status="failed", error="no rows", started_at=NOW))
    root = bearer(clean_database, "U-ROOT", "read")
    rows = client.get("/api/v1/admin/loads", headers=root).json()["items"]
    assert [(row["path"], row["status"], row["error"], row["source"]) for row in rows] == [
        ("/b.csv", "failed", "no rows", None),
        ("/a.csv", "loaded", None, "aws"),
    ]
    people = client.get("/api/v1/admin/people", headers=root).json()["items"]
    assert [(one["name"], one["roles"]) for one in people][-1] == ("Root", ["admin"])


def test_what_was_set_aside_is_tried_again_and_audited(client: TestClient, clean_database: Database) -> None:
    """It leaves the list; what is not there is 404."""
    with Session(clean_database.app) as session, session.begin():
        row = OutboxMessage(
            key="k", channel="#x", kind="note", payload={"text": "x"}, quarantined_at=NOW, failed_at=NOW, error="gone"
        )
        session.add(row)
        session.flush()
        item = f"message:{row.id}"
    root = bearer(clean_database, "U-ROOT", "read", "write")
    assert [one["id"] for one in client.get("/api/v1/admin/health", headers=root).json()["quarantine"]] == [item]
    path = f"/api/v1/admin/quarantine/{item}"
    ann = bearer(clean_database, "U-ANN", "read", "write")
    assert client.post(path, json={"decision": "retry"}, headers=ann).status_code == 403
    assert client.post(path, json={"decision": "retry"}, headers=root).json() == {"says": "It is tried again."}
    assert client.post(path, json={"decision": "retry"}, headers=root).status_code == 404
    health = client.get("/api/v1/admin/health", headers=root).json()
    assert (health["quarantine"], health["stopped_by"], health["parts"]["database"]) == ([], None, "ready")
    with Session(clean_database.app) as session:
        assert session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()[-1] == "quarantine.retry"


def test_an_outlook_is_of_what_one_sees(client: TestClient, clean_database: Database) -> None:
    """With the days before and the errors; another team's is not there."""
    with Session(clean_database.app) as session, session.begin():
        for kind, day in (("backtest", NOW.date()), ("backtest", NOW.date() - timedelta(days=9))):
            session.add(
                ForecastAccuracy(
                    scope_kind="team", scope="payments", currency="USD", model="ensemble", horizon_days=30,
                    measured_on=day, kind=kind, total_error=0.04, day_mape=0.1, coverage_80=0.8,
                )
            )  # fmt: skip
    ann = bearer(clean_database, "U-ANN", "read")
    found = client.get("/api/v1/forecasts/outlook?team=payments", headers=ann).json()
    assert (found["scope"], [day["expected"] for day in found["days"]], len(found["past"])) == ("payments", [10], 30)
    assert {day["actual"] for day in found["past"]} <= {10, 0}
    assert [(one["measured_on"], one["total_error"]) for one in found["accuracy"]] == [(str(NOW.date()), 0.04)]
    assert client.get("/api/v1/forecasts/outlook?team=search", headers=ann).status_code == 404
    assert client.get("/api/v1/forecasts/outlook", headers=ann).status_code == 404


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


def test_a_budget_is_about_what_one_may_see(client: TestClient, clean_database: Database) -> None:
    """As in Slack: an operator of search makes none for payments."""
    ops = bearer(clean_database, "U-OPS", "read", "write")
    body = {"name": "x", "scope": {"team": "payments"}, "amount": 5}
    assert client.post("/api/v1/budgets", json=body, headers=ops).status_code == 403
    assert client.post("/api/v1/budgets", json={**body, "scope": {"team": "search"}}, headers=ops).status_code == 201
