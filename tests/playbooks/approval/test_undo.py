"""The undo of a remediation: who may, what it puts back and in which order, and that it happens once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Denied
from db.database import Database
from db.tables import AuditEntry, FlowRequest, OutboxMessage, RemediationStep
from db.tables import Remediation as Stored
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.approval.undo import request_undo
from playbooks.schema import read_playbooks
from tests.playbooks.approval.builders import OTHER, proposed, reason
from tests.playbooks.builders import BOOK, plan
from tests.playbooks.conftest import APPROVER, NOW, REQUESTER, VIEWER

PLAYBOOKS = read_playbooks()


def done(session: Session, state: str = "succeeded", steps: int = 3, channel: str | None = "#web") -> Stored:
    """A remediation whose steps were verified and noted what undo needs."""
    stored = life.propose(session, plan(steps, BOOK), BOOK, REQUESTER.id, NOW, channel=channel)
    stored.state, stored.finished_at = state, NOW
    for step in session.scalars(sa.select(RemediationStep).where(RemediationStep.remediation_id == stored.id)):
        step.state, step.undo, step.parameters = "verified", {"was": f"running {step.position}"}, {"force": True}
    session.flush()
    return stored


def steps_of(session: Session, number: int) -> list[RemediationStep]:
    of = sa.select(RemediationStep).where(RemediationStep.remediation_id == number)
    return list(session.scalars(of.order_by(RemediationStep.position)))


def undo_of(session: Session, number: int, actor: Actor = APPROVER) -> Stored:
    made = request_undo(session, number, actor, NOW, PLAYBOOKS)
    assert isinstance(made, Stored), made
    return made


def test_undo_is_for_those_who_could_have_approved_and_happens_once(clean_database: Database) -> None:
    """Another team's approver, a viewer, and a second click are refused and audited."""
    number = proposed(clean_database)
    with Session(clean_database.app) as session, session.begin():
        stored = session.get_one(Stored, number)
        stored.state, stored.finished_at = "succeeded", NOW
        session.execute(sa.update(RemediationStep).values(state="verified"))

    def undo(actor: Actor) -> Stored | Denied:
        with Session(clean_database.app, expire_on_commit=False) as session, session.begin():
            return request_undo(session, number, actor, NOW, PLAYBOOKS)

    elsewhere = replace(APPROVER, id="U-ELSE", approves_teams=frozenset({"payments"}))
    assert "this belongs to web" in reason(undo(elsewhere))
    assert "Undoing needs the role" in reason(undo(VIEWER))
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(undo, [APPROVER, OTHER] * 2))
    assert sum(isinstance(one, Stored) for one in made) == 1
    with Session(clean_database.app) as session:
        assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "remediation.denied")) == 5


def test_what_was_done_last_is_put_back_first(session: Session) -> None:
    """With what each step noted, and which step it undoes."""
    first = done(session)
    before = steps_of(session, first.id)
    undo = undo_of(session, first.id)
    back = steps_of(session, undo.id)
    assert [step.resource_id for step in back] == ["i-2", "i-1", "i-0"]
    assert [step.undo["was"] for step in back] == ["running 2", "running 1", "running 0"]
    assert [step.parameters for step in back] == [{"force": True, "undo_of_step": step.id} for step in before[::-1]]
    assert {step.state for step in back} == {"planned"}


def test_an_undo_is_approved_by_who_asked_and_good_for_an_hour(session: Session) -> None:
    """It asks for its run, in the first one's thread."""
    first = done(session)
    undo = undo_of(session, first.id)
    assert (undo.state, undo.undo_of, undo.requested_by) == ("approved", first.id, APPROVER.id)
    assert (undo.team, undo.account_id, undo.currency) == (first.team, first.account_id, first.currency)
    assert undo.expires_at == NOW + timedelta(hours=1)
    assert [one["actor"] for one in undo.approvals] == [APPROVER.id]
    requests = session.scalars(sa.select(FlowRequest)).all()
    assert [request.parameters for request in requests] == [{"remediation_id": undo.id}]
    line = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "remediation_progress")).one()
    assert line.payload["line"] == f"Undo {undo.id} approved by {APPROVER.name}; starting."
    assert line.thread_key == f"remediation:{first.id}"


def test_only_what_was_done_is_put_back(session: Session) -> None:
    """A step that failed or was never begun changed nothing."""
    first = done(session, "partial")
    steps = steps_of(session, first.id)
    steps[0].state, steps[2].state = "failed", "planned"
    session.flush()
    assert [step.resource_id for step in steps_of(session, undo_of(session, first.id).id)] == ["i-1"]


@pytest.mark.parametrize("state", ["proposed", "approved", "running", "rejected", "expired", "undone"])
def test_what_is_not_over_or_never_ran_cannot_be_undone(session: Session, state: str) -> None:
    first = done(session, state)
    assert "nothing left to undo" in reason(request_undo(session, first.id, APPROVER, NOW, PLAYBOOKS))


def test_an_undo_is_not_undone(session: Session) -> None:
    first = done(session)
    undo = undo_of(session, first.id)
    undo.state = "succeeded"
    for step in steps_of(session, undo.id):
        step.state = "verified"
    session.flush()
    assert "nothing left to undo" in reason(request_undo(session, undo.id, APPROVER, NOW, PLAYBOOKS))


def test_a_plan_that_was_touched_is_not_undone(session: Session) -> None:
    """What it says was done is no longer what somebody approved."""
    first = done(session)
    first.plan = {**first.plan, "account": "another"}
    session.flush()
    reason(request_undo(session, first.id, APPROVER, NOW, PLAYBOOKS))
    assert session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "remediation.denied")) == 1


def test_while_all_is_stopped_nothing_is_undone_either(session: Session) -> None:
    first = done(session)
    kill_switch.set_stop_all(session, APPROVER, NOW, on=True)
    session.flush()
    assert reason(request_undo(session, first.id, APPROVER, NOW, PLAYBOOKS)) == kill_switch.STOPPED


def test_a_number_that_there_is_not_is_said_so(session: Session) -> None:
    assert reason(request_undo(session, 404, APPROVER, NOW, PLAYBOOKS)) == "There is no remediation 404."
