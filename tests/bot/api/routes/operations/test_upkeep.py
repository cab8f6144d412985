"""What an operator looks after, through the API: narrowed by role, and by what one sees."""

import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import AuditEntry, Load, OutboxMessage, SlackEvent, Source
from domain import quarantine
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
    assert told == {"U-ANN": [403] * 5, "U-OPS": [200, 403, 403, 403, 200], "U-ROOT": [200] * 5}


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


def test_who_sees_some_teams_reads_neither_sums_of_bills_nor_words_of_others(
    client: TestClient, clean_database: Database
) -> None:
    """The reason of a held file and the text of what was set aside are blank for them, and for nobody else."""
    with Session(clean_database.app) as session, session.begin():
        session.add(Load(delivery="h", path="/h.csv", status="held", error="9,000 where 12,000 stood", started_at=NOW))
        session.add(Load(delivery="f", path="/f.csv", status="failed", error="no rows", started_at=NOW))
        body = {"text": "what did search cost?"}
        session.add(SlackEvent(event_id="Ev1", body=body, seen_at=NOW, attempts=quarantine.ATTEMPTS))
    told = {}
    for person in ("U-OPS", "U-ROOT"):
        headers = bearer(clean_database, person, "read")
        files = client.get("/api/v1/admin/loads", headers=headers).json()["items"]
        aside = client.get("/api/v1/admin/health", headers=headers).json()["quarantine"]
        told[person] = ([row["error"] for row in files], [(one["id"], one["text"]) for one in aside])
    assert told == {
        "U-OPS": (["no rows", None], [("event:Ev1", "")]),
        "U-ROOT": (["no rows", "9,000 where 12,000 stood"], [("event:Ev1", "what did search cost?")]),
    }
