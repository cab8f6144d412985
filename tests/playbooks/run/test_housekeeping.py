"""The sweep's view: what has had its time, and what needs a worker."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import AuditEntry, Remediation, RemediationStep
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.run.housekeeping import HANGS_AFTER, SETTLED_AFTER, STARTED_AFTER, sweep
from tests.playbooks.builders import BOOK, plan
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER

PLAYBOOKS = {BOOK.name: BOOK}


def made(session: Session, state: str, **fields: object) -> Remediation:
    remediation = life.propose(session, plan(2, BOOK), BOOK, REQUESTER.id, NOW, channel=None)
    remediation.state = state
    for name, value in fields.items():
        setattr(remediation, name, value)
    session.flush()
    return remediation


def test_a_proposal_expires_at_its_moment_and_says_so(session: Session) -> None:
    proposal = made(session, "proposed")
    sweep(session, proposal.expires_at - timedelta(seconds=1), PLAYBOOKS)
    assert proposal.state == "proposed"
    sweep(session, proposal.expires_at, PLAYBOOKS)
    assert (proposal.state, proposal.finished_at) == ("expired", proposal.expires_at)
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-1] == "remediation.expired"


def test_an_approval_is_started_anew_after_its_click_has_had_its_time(session: Session) -> None:
    """The oldest first."""
    second = made(session, "approved", approved_at=NOW + timedelta(seconds=1))
    first = made(session, "approved", approved_at=NOW)
    assert sweep(session, NOW + STARTED_AFTER - timedelta(seconds=1), PLAYBOOKS).waiting == ()
    assert sweep(session, NOW + STARTED_AFTER, PLAYBOOKS).waiting == (first.id,)
    assert sweep(session, NOW + 2 * STARTED_AFTER, PLAYBOOKS).waiting == (first.id, second.id)


def test_while_all_is_stopped_nothing_is_started(session: Session) -> None:
    made(session, "approved", approved_at=NOW)
    kill_switch.set_stop_all(session, APPROVER, NOW, on=True)
    assert sweep(session, NOW + timedelta(hours=1), PLAYBOOKS).waiting == ()


@pytest.mark.parametrize(
    ("quiet", "silent", "hanging"),
    [
        (SETTLED_AFTER - timedelta(seconds=1), False, False),
        (SETTLED_AFTER, True, False),
        (HANGS_AFTER, True, True),
    ],
)
def test_a_run_without_a_word_is_looked_at(session: Session, quiet: timedelta, silent: bool, hanging: bool) -> None:
    running = made(session, "running", started_at=NOW)
    swept = sweep(session, NOW + quiet, PLAYBOOKS)
    assert (running.id in swept.silent, running.id in swept.hanging) == (silent, hanging)


def test_a_step_that_ended_is_a_word(session: Session) -> None:
    """A long run that goes on is not silent, though it hangs by the clock."""
    running = made(session, "running", started_at=NOW)
    ended: datetime = NOW + HANGS_AFTER
    step = session.scalars(sa.select(RemediationStep).where(RemediationStep.remediation_id == running.id)).first()
    assert step is not None
    step.started_at, step.finished_at = NOW, ended
    session.flush()
    swept = sweep(session, ended + timedelta(minutes=1), PLAYBOOKS)
    assert (swept.silent, swept.hanging) == ((), (running.id,))
