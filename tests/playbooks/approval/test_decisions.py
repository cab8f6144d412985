"""Decisions from the command line and the API: in a transaction of their own, with a sentence on what follows."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Denied
from config.errors import UserError
from db.database import Database
from db.tables import AuditEntry
from playbooks.approval import decisions
from playbooks.approval import lifecycle as life
from playbooks.schema import read_playbooks
from tests.playbooks.builders import plan
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, VIEWER

PLAYBOOK = read_playbooks()["ec2-stop-idle"]


@pytest.fixture
def number(clean_database: Database) -> int:
    with Session(clean_database.app) as session, session.begin():
        proposal = life.propose(session, plan(2, PLAYBOOK), PLAYBOOK, REQUESTER.id, NOW, channel=None)
        proposal.expires_at = sa.func.now() + sa.text("interval '1 hour'")
        session.flush()
        return proposal.id


def test_a_rejection_says_so_and_keeps_its_reason(clean_database: Database, number: int) -> None:
    """Without one it says that there was none."""
    said = decisions.decide(clean_database, number, APPROVER, "reject", None)
    assert said == f"Remediation {number} is rejected."
    with Session(clean_database.app) as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "remediation.rejected")).one()
    assert "no reason given" in str(entry.details)


def test_who_may_not_is_told_why_and_nothing_changes(clean_database: Database, number: int) -> None:
    assert isinstance(decisions.decide(clean_database, number, VIEWER, "approve", None), Denied)
    assert isinstance(decisions.decide(clean_database, number, VIEWER, "reject", "no"), Denied)
    assert decisions.shown(clean_database, number)["state"] == "proposed"


def test_the_list_has_figures_as_numbers_and_the_newest_first(clean_database: Database, number: int) -> None:
    with Session(clean_database.app) as session, session.begin():
        life.propose(session, plan(3, PLAYBOOK), PLAYBOOK, REQUESTER.id, NOW, channel=None)
    rows = decisions.listed(clean_database)
    assert [row["id"] for row in rows] == [number + 1, number]
    assert all(isinstance(row["expected_monthly_savings"], float) for row in rows)
    assert len(decisions.listed(clean_database, limit=1)) == 1


def test_a_number_that_there_is_not_leads_to_the_list(clean_database: Database) -> None:
    with pytest.raises(UserError, match="finops remediations list"):
        decisions.shown(clean_database, 4711)
