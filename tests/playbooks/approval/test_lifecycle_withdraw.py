"""An approval is taken back while nothing has begun, by who could have given it or asked for it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Allowed, Denied
from db.tables import AuditEntry, Remediation
from playbooks.approval.lifecycle import propose, withdraw
from playbooks.notifications import summarise
from tests.playbooks.builders import BOOK, PLAYBOOKS, plan
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, VIEWER


@pytest.fixture
def approved(session: Session) -> Remediation:
    made = propose(session, plan(2), BOOK, REQUESTER.id, NOW, channel="#web")
    made.state, made.approved_at = "approved", NOW
    session.flush()
    return made


@pytest.mark.parametrize("actor", [APPROVER, REQUESTER], ids=lambda actor: actor.name)
def test_before_it_begins_it_can_be_taken_back(session: Session, approved: Remediation, actor: object) -> None:
    """It is told as withdrawn, not as rejected, and audited."""
    assert isinstance(withdraw(session, approved.id, actor, NOW, "not tonight", PLAYBOOKS), Allowed)  # type: ignore[arg-type]  # both are actors
    assert (approved.state, summarise(session, approved, BOOK)["withdrawn"]) == ("rejected", True)
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-1] == "remediation.withdrawn"


def test_what_runs_or_was_never_approved_cannot_be_withdrawn(session: Session, approved: Remediation) -> None:
    """Nor by who may not decide."""
    assert isinstance(withdraw(session, approved.id, VIEWER, NOW, "no", PLAYBOOKS), Denied)
    for state in ("proposed", "running", "succeeded"):
        approved.state = state
        session.flush()
        refused = withdraw(session, approved.id, APPROVER, NOW, "no", PLAYBOOKS)
        assert refused == Denied(f"There is no approval to take back: it is {state}.")
