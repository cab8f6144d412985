"""Some of a proposal's resources, chosen and approved in one go."""

from sqlalchemy.orm import Session

from db.database import Database
from db.tables import Remediation
from playbooks.approval import lifecycle as life
from playbooks.approval.choosing import choose_and_approve
from tests.playbooks.approval.builders import OTHER, proposed, reason
from tests.playbooks.builders import PLAYBOOKS
from tests.playbooks.conftest import APPROVER, NOW


def test_what_was_approved_meanwhile_is_not_replaced(clean_database: Database) -> None:
    """Whatever the session has read of the proposal before it had the lock."""
    number = proposed(clean_database)
    with Session(clean_database.app) as slow:
        before = slow.get_one(Remediation, number)
        assert before.state == "proposed"
        with Session(clean_database.app) as quick, quick.begin():
            life.approve(quick, number, OTHER, NOW, PLAYBOOKS)
        made = choose_and_approve(slow, number, APPROVER, NOW, ["i-1"], PLAYBOOKS, approves=True)
        assert "Olu approved it" in reason(made)
        slow.commit()
    with Session(clean_database.app) as session:
        assert session.get_one(Remediation, number).state == "approved"


def test_all_of_them_approved_are_the_proposal_itself(clean_database: Database) -> None:
    number = proposed(clean_database)
    with Session(clean_database.app) as session, session.begin():
        steps = [step["resource_id"] for step in session.get_one(Remediation, number).plan["steps"]]
        choose_and_approve(session, number, APPROVER, NOW, steps, PLAYBOOKS, approves=True)
    with Session(clean_database.app) as session:
        assert [row.state for row in session.query(Remediation)] == ["approved"]
