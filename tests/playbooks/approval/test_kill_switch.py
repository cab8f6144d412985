"""The switch that stops all remediation: who may use it, and what it stops."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Allowed, Denied, Role
from db.database import Database
from db.tables import AuditEntry, Switch
from playbooks.approval import kill_switch
from playbooks.approval import lifecycle as life
from playbooks.schema import read_playbooks
from tests.playbooks.approval.builders import proposed, reason
from tests.playbooks.conftest import APPROVER, NOW, VIEWER

PLAYBOOKS = read_playbooks()


def approve(database: Database, number: int, actor: Actor) -> life.Approved | Denied:
    with Session(database.app) as session, session.begin():
        return life.approve(session, number, actor, NOW, PLAYBOOKS)


def test_the_kill_switch_stops_approvals_and_undo(clean_database: Database) -> None:
    """Nothing is approved while all is stopped; a member cannot switch it."""
    number = proposed(clean_database)
    with Session(clean_database.app) as session, session.begin():
        assert isinstance(kill_switch.set_stop_all(session, VIEWER, NOW, on=True), Denied)
        assert kill_switch.set_stop_all(session, APPROVER, NOW, on=True) == Allowed()
    assert "All remediation is stopped" in reason(approve(clean_database, number, APPROVER))


def test_nothing_is_stopped_before_anybody_stopped_it(session: Session) -> None:
    assert not kill_switch.is_stopped(session)


def test_it_is_on_until_it_is_switched_off(session: Session) -> None:
    """Twice on is on; who set it last stands there, and every turn is in the audit log."""
    for on in (True, True, False):
        assert kill_switch.set_stop_all(session, APPROVER, NOW, on=on) == Allowed()
        session.flush()
        assert kill_switch.is_stopped(session) == on
    assert session.scalars(sa.select(Switch.set_by)).all() == [APPROVER.id]
    actions = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["remediation.stop_all", "remediation.stop_all", "remediation.resume_all"]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("on", [True, False])
def test_who_may_stop_may_let_it_go_on(session: Session, role: Role, on: bool) -> None:
    """Operators, approvers and admins; a refusal changes nothing and is audited."""
    session.add(Switch(name="stop_all", on=not on, set_by="U0", set_at=NOW))
    session.flush()
    decision = kill_switch.set_stop_all(session, Actor(id="U1", roles=frozenset({role})), NOW, on=on)
    allowed = role in (Role.OPERATOR, Role.APPROVER, Role.ADMIN)
    assert isinstance(decision, Allowed) == allowed
    session.flush()
    assert kill_switch.is_stopped(session) == (on if allowed else not on)
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.actor, entry.action == "remediation.denied") == ("U1", not allowed)


def test_another_switch_stops_nothing(session: Session) -> None:
    session.add(Switch(name="something_else", on=True, set_by="U0", set_at=NOW))
    session.flush()
    assert not kill_switch.is_stopped(session)
