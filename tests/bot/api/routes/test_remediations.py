"""Decisions through the API: the buttons of Slack, with what the caller may do said beforehand."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from db.database import Database
from db.tables import AuditEntry, Remediation, Switch
from playbooks.approval.lifecycle import propose
from playbooks.schema import read_playbooks
from tests.bot.api.conftest import NOW, bearer
from tests.bot.builders import plan_of

BOOK = "ec2-stop-idle"


@pytest.fixture
def proposal(client: TestClient, clean_database: Database) -> int:
    """Three instances of payments, asked for by an operator."""
    with Session(clean_database.app) as session, session.begin():
        plan = replace(plan_of(BOOK, 3), team="payments")
        return propose(session, plan, read_playbooks()[BOOK], "U-OPS", NOW, channel="#payments").id


def decided(client: TestClient, database: Database, number: int, person: str, **body: Any) -> tuple[int, str]:
    """Status, and what was said."""
    answer = client.post(
        f"/api/v1/remediations/{number}/decision", json=body, headers=bearer(database, person, "read", "write")
    )
    return answer.status_code, answer.json().get("says") or answer.json()["detail"]


def test_what_one_may_is_said_before_and_holds(client: TestClient, clean_database: Database, proposal: int) -> None:
    """The approver may all; a member of the team may see it and is told who may."""
    seen = {
        person: client.get(f"/api/v1/remediations/{proposal}", headers=bearer(clean_database, person, "read")).json()
        for person in ("U-APP", "U-ANN")
    }
    assert seen["U-APP"]["may"] == ["approve", "choose", "reject", "snooze"]
    assert (seen["U-APP"]["why_not"], seen["U-APP"]["what"]) == (None, "Stop 3 idle EC2 instances")
    assert seen["U-ANN"]["may"] == []
    assert "Approving needs the role approver" in seen["U-ANN"]["why_not"]
    assert [one["for_anybody"] for one in seen.values()] == [False, False]
    assert decided(client, clean_database, proposal, "U-ANN", decision="approve")[0] == 403
    said = decided(client, clean_database, proposal, "U-APP", decision="approve")
    assert said == (200, f"Remediation {proposal} is approved.")
    assert decided(client, clean_database, proposal, "U-APP", decision="approve")[0] == 409


@pytest.mark.parametrize("how", ["expired", "stopped"])
def test_what_keeps_everybody_from_approving_is_told_as_such(
    client: TestClient, clean_database: Database, proposal: int, how: str
) -> None:
    """An approver cannot help it either: the plan is too old, or all remediations are stopped."""
    with Session(clean_database.app) as session, session.begin():
        if how == "expired":
            session.get_one(Remediation, proposal).expires_at = NOW - timedelta(days=1)
        else:
            session.merge(Switch(name="stop_all", on=True, set_by="U-ROOT"))
    seen = client.get(f"/api/v1/remediations/{proposal}", headers=bearer(clean_database, "U-APP", "read")).json()
    assert (seen["may"].count("approve"), seen["why_not"] is None, seen["for_anybody"]) == (0, False, True)


def test_some_are_chosen_and_approved_in_one_go(client: TestClient, clean_database: Database, proposal: int) -> None:
    """The rest is left alone; what is approved is a plan of its own."""
    status, said = decided(
        client, clean_database, proposal, "U-APP", decision="choose", resources=["i-0001"], approve=True
    )
    assert (status, said) == (200, f"Remediation {proposal + 1} for 1 of them is approved.")
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, proposal).state == "void"
        steps = session.get_one(Remediation, proposal + 1).plan["steps"]
    assert [step["resource_id"] for step in steps] == ["i-0001"]
    assert decided(client, clean_database, proposal, "U-APP", decision="choose", resources=[])[0] == 409


def test_a_snooze_has_its_days_and_its_reason(client: TestClient, clean_database: Database, proposal: int) -> None:
    """Who asked may put it off too; it is audited."""
    assert decided(client, clean_database, proposal, "U-APP", decision="snooze", days=0)[0] == 422
    said = decided(client, clean_database, proposal, "U-APP", decision="snooze", days=3, text="after the launch")
    assert said[0] == 200
    shown = client.get(f"/api/v1/remediations/{proposal}", headers=bearer(clean_database, "U-APP", "read")).json()
    until = (shown["snoozed_until"] or "")[:10]
    assert (until, shown["withdrawn"], shown["waits_until"]) == (str(NOW.date() + timedelta(days=3)), False, None)
    with Session(clean_database.app) as session:
        row = session.get_one(Remediation, proposal)
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor == "U-APP")).all()
    assert (row.state, "after the launch" in (row.reason or "")) == ("rejected", True)
    assert "remediation.snoozed" in actions


def test_what_is_not_done_is_neither_undone_nor_looked_at(
    client: TestClient, clean_database: Database, proposal: int
) -> None:
    """Refused with the reason, and audited."""
    assert decided(client, clean_database, proposal, "U-APP", decision="undo")[0] == 409
    looked = decided(client, clean_database, proposal, "U-APP", decision="recheck")
    assert looked == (409, "There is nothing to check: it is proposed.")


def test_the_list_is_of_what_one_sees_or_decides(client: TestClient, clean_database: Database, proposal: int) -> None:
    """Newest first, and what waits for me says so."""

    def rows(person: str, query: str = "") -> list[dict[str, Any]]:
        answer = client.get(f"/api/v1/proposals{query}", headers=bearer(clean_database, person, "read"))
        return list(answer.json()["items"])

    assert [(row["id"], row["may_approve"]) for row in rows("U-APP")] == [(proposal, True), (1, False)]
    assert {row["team"] for row in rows("U-ANN")} == {"payments"}
    assert {row["team"] for row in rows("U-ROOT")} == {"payments", "search"}
    assert rows("U-ROOT", "?state=succeeded") == []
    assert rows("U-APP")[0]["what"] == "Stop 3 idle EC2 instances"


def test_a_plan_that_was_read_is_the_one_that_is_approved(
    client: TestClient, clean_database: Database, proposal: int
) -> None:
    """With If-Match of another state nothing happens."""
    headers = bearer(clean_database, "U-APP", "read", "write")
    path = f"/api/v1/remediations/{proposal}"
    tag = client.get(path, headers=headers).headers["etag"]
    body = {"decision": "approve"}
    assert client.post(f"{path}/decision", json=body, headers={**headers, "If-Match": '"old"'}).status_code == 412
    assert client.post(f"{path}/decision", json=body, headers={**headers, "If-Match": tag}).status_code == 200


def test_an_approval_is_taken_back_before_its_run_begins(
    client: TestClient, clean_database: Database, proposal: int
) -> None:
    """It is offered to who may, and only while there is an approval."""
    assert decided(client, clean_database, proposal, "U-APP", decision="withdraw")[0] == 409
    assert decided(client, clean_database, proposal, "U-APP", decision="approve")[0] == 200
    path = f"/api/v1/remediations/{proposal}"
    headers = bearer(clean_database, "U-APP", "read")
    assert client.get(path, headers=headers).json()["may"] == ["withdraw"]
    assert client.get(path, headers=headers).json()["withdrawn"] is False
    assert client.get(path, headers=bearer(clean_database, "U-ANN", "read")).json()["may"] == []
    assert decided(client, clean_database, proposal, "U-ANN", decision="withdraw")[0] == 403
    said = decided(client, clean_database, proposal, "U-APP", decision="withdraw", text="the launch is today")
    assert said == (200, f"The approval of remediation {proposal} is taken back.")
    assert client.get(path, headers=headers).json()["withdrawn"] is True
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, proposal).state == "rejected"
