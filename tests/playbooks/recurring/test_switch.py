"""A recurring playbook is on or off as its file says, or as an operator switched it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Allowed, Denied
from db.tables import AuditEntry
from playbooks.recurring.switch import set_switch, state
from playbooks.schema import Playbook
from tests.playbooks.recurring.builders import ARI, DUE, IDLE, OPERATOR, VIC, weekly


def test_the_file_decides_until_somebody_switches(session: Session) -> None:
    on, off = weekly(), weekly(active=False)
    assert (state(session, on).on, state(session, off).on) == (True, False)
    assert isinstance(set_switch(session, off, OPERATOR, DUE, on=True), Allowed)
    switched = state(session, off)
    assert (switched.on, switched.by, switched.name, switched.at) == (True, OPERATOR.id, "Omar", DUE)
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (OPERATOR.id, "playbook.switched_on", IDLE.name)


def test_on_holds_for_the_file_as_it_was_and_off_whatever_becomes_of_it(session: Session) -> None:
    """Who switched it on looked at these caps; who switched it off wants quiet."""
    book, edited = weekly(active=False), weekly(active=False, maximum_resources_a_run=500)
    set_switch(session, book, OPERATOR, DUE, on=True)
    assert not state(session, edited).on
    set_switch(session, book, OPERATOR, DUE + timedelta(days=1), on=False)
    assert not state(session, weekly(maximum_resources_a_run=3)).on


@pytest.mark.parametrize(
    ("actor", "book", "says"),
    [
        (VIC, weekly(), "needs the role operator"),
        (ARI, weekly(), "needs the role operator"),
        (OPERATOR, IDLE, "does not recur"),
        (OPERATOR, weekly("notify"), "only tells"),
    ],
)
def test_who_may_not_and_what_cannot_is_refused_and_kept(
    session: Session, actor: Actor, book: Playbook, says: str
) -> None:
    denied = set_switch(session, book, actor, DUE, on=True)
    assert isinstance(denied, Denied)
    assert says in denied.reason
    assert session.scalars(sa.select(AuditEntry.action)).all() == ["playbook.denied"]
