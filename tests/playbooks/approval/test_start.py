"""What was approved starts, by whichever entrance it was approved."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import Cloud
from db.database import Database
from db.tables import FlowRequest, Remediation
from playbooks.approval.decisions import decide
from playbooks.approval.start import DEPLOYMENT
from playbooks.approval.undo import request_undo
from playbooks.run.execute import execute
from tests.playbooks.builders import PLAYBOOKS, approve, propose, run_of
from tests.playbooks.conftest import APPROVER, NOW, aws, cloud, run_instances

__all__ = ["aws", "cloud"]


def requested(database: Database) -> list[tuple[str, str, dict[str, int], str | None]]:
    with Session(database.app) as session:
        rows = session.scalars(sa.select(FlowRequest).order_by(FlowRequest.id))
        return [(row.deployment, row.state, row.parameters, row.approved_by) for row in rows]


def test_an_approval_through_the_api_or_the_command_line_asks_for_the_run(
    clean_database: Database, cloud: Cloud
) -> None:
    """In the approval's own transaction; nothing waits for the sweep. A rejected one asks for nothing."""
    first, second = (propose(clean_database, cloud, run_instances(1, {"team": "web"})) for _ in range(2))
    with Session(clean_database.app) as session, session.begin():  # `decide` goes by the clock
        now = datetime.now(UTC)
        session.execute(sa.update(Remediation).values(requested_at=now, expires_at=now + timedelta(hours=1)))
    assert decide(clean_database, first, APPROVER, "approve", None) == f"Remediation {first} is approved."
    decide(clean_database, second, APPROVER, "reject", "not now")
    assert requested(clean_database) == [(DEPLOYMENT, "approved", {"remediation_id": first}, APPROVER.id)]


def test_an_undo_asks_for_its_own_run(clean_database: Database, cloud: Cloud) -> None:
    """Beside the run that it undoes."""
    number = propose(clean_database, cloud, run_instances(1, {"team": "web"}))
    approve(clean_database, number)
    assert execute(run_of(clean_database, cloud), number) == "succeeded"
    with Session(clean_database.app) as session, session.begin():
        undo = request_undo(session, number, APPROVER, NOW, PLAYBOOKS).id
    assert [parameters["remediation_id"] for _, _, parameters, _ in requested(clean_database)] == [number, undo]
