"""A row that says otherwise than the audit log runs nothing: whoever may write to the table binds no plan."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from config.access import Denied
from db.database import Database
from db.tables import AuditEntry, RemediationStep
from db.tables import Remediation as Stored
from playbooks.approval import lifecycle as life
from playbooks.approval.witnesses import contradiction
from playbooks.proposals.plan import digest
from playbooks.run.execute import execute
from tests.playbooks.builders import STOP, plan, stored, undone_by
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, run_instances, states
from tests.playbooks.run.builders import approved, running


def change(database: Database, number: int, **values: Any) -> None:
    """As whoever may write to the table does, with the application's own role."""
    with Session(database.app) as session, session.begin():
        session.execute(sa.update(Stored).where(Stored.id == number).values(**values))


def another_plan(database: Database, number: int, instance: str) -> dict[str, Any]:
    """The plan for another instance, with the digest that fits it."""
    with Session(database.app) as session:
        content = dict(session.get_one(Stored, number).plan)
    content["steps"] = [{**step, "resource_id": instance} for step in content["steps"]]
    return {"plan": content, "plan_digest": digest(content)}


def forged_approval(who: str) -> list[dict[str, str]]:
    return [{"actor": who, "name": who, "at": NOW.isoformat()}]


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        ("plan and digest", "another plan"),
        ("requester", "somebody else asked for it"),
        ("approver", "other approvals"),
        ("team", "another team"),
        ("undo", "nobody who asked for this undo"),
    ],
)
def test_a_forged_row_of_an_approved_plan_does_not_run(
    forged: str, says: str, clean_database: Database, cloud: Cloud
) -> None:
    """Nothing is touched, and the reason says what the log knows; untouched it runs."""
    mine, other = run_instances(2, {"team": "web"})
    number = approved(clean_database, cloud, [mine])
    with Session(clean_database.app) as session:
        assert contradiction(session, session.get_one(Stored, number)) is None
    forgeries: dict[str, dict[str, Any]] = {
        "plan and digest": another_plan(clean_database, number, other),
        "requester": {"requested_by": "U-NOBODY"},
        "approver": {"approvals": forged_approval("U-MADE-UP")},
        "team": {"team": "another"},
        "undo": {"undo_of": number},
    }
    change(clean_database, number, **forgeries[forged])
    assert execute(running(clean_database, cloud), number) == "void"
    assert states([mine, other]) == ["running", "running"]
    with Session(clean_database.app) as session:
        assert says in str(session.get_one(Stored, number).reason)


def test_a_made_up_approval_of_a_proposal_does_not_run(clean_database: Database, cloud: Cloud) -> None:
    """Nobody pressed: the row alone says that it was approved."""
    [mine] = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, [mine])
    with Session(clean_database.app) as session, session.begin():
        row = session.get_one(Stored, number)
        copy = life.propose(session, plan(1), STOP, REQUESTER.id, NOW, channel=None)
        copy.plan, copy.plan_digest = row.plan, row.plan_digest
        copy.state, copy.approved_at, copy.approvals = "approved", NOW, row.approvals
        forged = copy.id
    assert execute(running(clean_database, cloud), forged) == "void"
    assert stored(clean_database, forged)[0] == "void"


def test_who_swaps_the_requester_does_not_approve_their_own(clean_database: Database) -> None:
    """It is denied where they press already, and the denial is audited."""
    with Session(clean_database.app) as session, session.begin():
        number = life.propose(session, plan(1), STOP, APPROVER.id, NOW, channel=None).id
        assert isinstance(life.approve(session, number, APPROVER, NOW, {STOP.name: STOP}), Denied)
    change(clean_database, number, requested_by="U-SOMEBODY")
    with Session(clean_database.app) as session, session.begin():
        denied = life.approve(session, number, APPROVER, NOW, {STOP.name: STOP})
        assert isinstance(denied, Denied)
        assert "somebody else asked for it" in denied.reason
    with Session(clean_database.app) as session:
        assert session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == (
            "remediation.denied"
        )


@pytest.mark.parametrize("action", ["remediation.proposed", "remediation.approved"])
def test_an_entry_that_was_changed_is_no_witness(action: str, clean_database: Database, cloud: Cloud) -> None:
    """Row and entry agree, and the chain does not."""
    [mine] = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, [mine])
    proposal = action == "remediation.proposed"
    change(clean_database, number, **({"requested_by": "U-X"} if proposal else {"approvals": forged_approval("U-X")}))
    with clean_database.owner.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE finops.audit_log DISABLE TRIGGER USER")
        connection.execute(sa.update(AuditEntry).where(AuditEntry.action == action).values(actor="U-X"))
        connection.exec_driver_sql("ALTER TABLE finops.audit_log ENABLE TRIGGER USER")
    assert execute(running(clean_database, cloud), number) == "void"
    with Session(clean_database.app) as session:
        assert "was changed" in str(session.get_one(Stored, number).reason)


def test_an_undo_runs_for_who_asked_and_for_nobody_else(clean_database: Database, cloud: Cloud) -> None:
    """A row that calls itself an undo, or one in another's name, is void."""
    [mine] = run_instances(1, {"team": "web"})
    number = approved(clean_database, cloud, [mine])
    assert execute(running(clean_database, cloud), number) == "succeeded"
    undo = undone_by(clean_database, number)
    change(clean_database, undo, requested_by="U-X")
    assert execute(running(clean_database, cloud), undo) == "void"
    change(clean_database, undo, requested_by=APPROVER.id, state="approved", finished_at=None)
    assert execute(running(clean_database, cloud), undo) == "succeeded"
    assert states([mine]) == ["running"]
    with Session(clean_database.app) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RemediationStep)) == 2
