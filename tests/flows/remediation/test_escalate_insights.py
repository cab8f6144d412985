"""Insights that nobody took up are told once more, where the playbook says so."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Channel, Organisation
from db.tables import AuditEntry, Insight, OutboxMessage
from flows.remediation.escalate_insights import escalate
from playbooks.schema import Escalation, Playbook, Trigger, read_playbooks

PLAYBOOKS = read_playbooks()
EVENING = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
ORGANISATION = Organisation(channels=(Channel(channel="#web"), Channel(channel="#admins", admin=True)))
ESCALATE = PLAYBOOKS["budget-escalate"]


def waiting(session: Session, kind: str = "budget", hours: float = 5, team: str | None = "web") -> Insight:
    """An open insight that was found some hours ago."""
    insight = Insight(
        fingerprint=f"{kind}:{team}:{hours}",
        kind=kind,
        severity="high",
        title="web will pass its budget.",
        currency="USD",
        status="open",
        team=team,
        detected_at=EVENING - timedelta(hours=hours),
    )
    session.add(insight)
    session.flush()
    return insight


def told(session: Session) -> list[tuple[str, str]]:
    rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.channel, row.payload["text"]) for row in rows]


def changed(**values: object) -> dict[str, Playbook]:
    return {ESCALATE.name: ESCALATE.model_copy(update=values)}


@pytest.mark.parametrize(("status", "age", "told"), [("open", 5, 1), ("open", 3, 0), ("acknowledged", 5, 0)])
def test_a_budget_alert_that_nobody_took_up_is_escalated_once(
    session: Session, status: str, age: int, told: int
) -> None:
    """After four hours, in the admin channels."""
    insight = Insight(
        fingerprint="b",
        kind="budget",
        severity="high",
        title="payments will pass its budget.",
        currency="USD",
        status=status,
    )
    insight.detected_at = EVENING - timedelta(hours=age)
    session.add(insight)
    session.flush()
    assert escalate(session, PLAYBOOKS, ORGANISATION, EVENING) == told
    assert escalate(session, PLAYBOOKS, ORGANISATION, EVENING) == 0
    messages = session.scalars(sa.select(OutboxMessage)).all()
    assert [message.channel for message in messages] == ["#admins"] * told


def test_the_message_says_what_waits_and_since_when(session: Session) -> None:
    """And the audit log that it was escalated."""
    waiting(session)
    escalate(session, PLAYBOOKS, ORGANISATION, EVENING)
    text = "Escalate a budget in danger: web will pass its budget. Nobody has acknowledged it since 23 Nov 14:30 UTC."
    assert told(session) == [("#admins", text)]
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "insight.escalated")).one()
    assert entry.details == {"playbook": "budget-escalate", "channel": "#admins"}


@pytest.mark.parametrize(("hours", "count"), [(3.99, 0), (4, 1)])
def test_it_waits_as_long_as_the_playbook_says(session: Session, hours: float, count: int) -> None:
    waiting(session, hours=hours)
    assert escalate(session, PLAYBOOKS, ORGANISATION, EVENING) == count


def test_a_channel_of_the_playbook_goes_before_the_admins(session: Session) -> None:
    waiting(session)
    books = changed(escalation=Escalation(channel="#leads", after_hours=4))
    assert escalate(session, books, ORGANISATION, EVENING) == 1
    assert [channel for channel, _ in told(session)] == ["#leads"]


def test_every_admin_channel_is_told(session: Session) -> None:
    """Each insight once in each of them."""
    waiting(session)
    two = Organisation(channels=(Channel(channel="#a", admin=True), Channel(channel="#b", admin=True)))
    assert escalate(session, PLAYBOOKS, two, EVENING) == 2
    assert [channel for channel, _ in told(session)] == ["#a", "#b"]


def test_an_organisation_without_admin_channels_is_told_nothing(session: Session) -> None:
    waiting(session)
    assert escalate(session, PLAYBOOKS, Organisation(), EVENING) == 0


def test_only_the_playbooks_own_kind_and_filters_are_escalated(session: Session) -> None:
    """An anomaly is not a budget; another team's budget does not pass the filter."""
    waiting(session, kind="anomaly")
    waiting(session, team="search")
    waiting(session, team=None)
    mine = waiting(session, hours=6)
    books = changed(trigger=Trigger(kind="budget", filters={"team": ("web",)}))
    assert escalate(session, books, ORGANISATION, EVENING) == 1
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "insight.escalated")).one()
    assert entry.subject == str(mine.id)


def test_playbooks_that_change_things_escalate_nothing(session: Session) -> None:
    waiting(session)
    assert escalate(session, changed(mode="propose"), ORGANISATION, EVENING) == 0
