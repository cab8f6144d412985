"""What has changed since somebody looked, read from what is written anyway: the audit log has an entry a change,
without gaps and in the order of commits; insights and loads have numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from config.access import Actor, may_see_change, may_see_scope, may_see_team
from db.tables import AuditEntry, BudgetRow, Insight, Load, Remediation

Topic = Literal["remediations", "insights", "budgets", "costs"]
_MOST = 500  # entries a look: who falls behind reads the rest the next time
_ABOUT: dict[str, Topic] = {
    "remediation": "remediations",
    "step": "remediations",
    "insight": "insights",
    "budget": "budgets",
}


@dataclass(frozen=True)
class Cursor:
    """Up to where somebody has looked: numbers of the audit log, of insights and of loads."""

    audit: int
    insight: int
    load: int


@dataclass(frozen=True)
class Change:
    """Something that is not as it was. `id` is its number or name; None where the whole topic is meant."""

    topic: Topic
    id: str | None
    seen_by: Callable[[Actor], bool]


def newest(connection: sa.Connection) -> Cursor:
    """A cursor behind which there is nothing."""
    loaded = sa.select(sa.func.max(Load.id)).where(Load.status == "loaded")
    return Cursor(
        connection.scalar(sa.select(sa.func.max(AuditEntry.id))) or 0,
        connection.scalar(sa.select(sa.func.max(Insight.id))) or 0,
        connection.scalar(loaded) or 0,
    )


def since(connection: sa.Connection, cursor: Cursor) -> tuple[list[Change], Cursor]:
    """What has changed since a cursor, each thing once, and the cursor behind it."""
    entries = connection.execute(
        sa.select(AuditEntry.id, AuditEntry.action, AuditEntry.subject)
        .where(AuditEntry.id > cursor.audit)
        .order_by(AuditEntry.id)
        .limit(_MOST)
    ).all()
    subjects: dict[tuple[Topic, str], None] = {}
    for entry in entries:
        topic = _ABOUT.get(entry.action.partition(".")[0])
        if topic is not None:
            subjects[topic, entry.subject if topic == "budgets" else entry.subject.partition("/")[0]] = None
    now = newest(connection)
    if now.audit < cursor.audit:  # a backup was restored: numbers begin anew
        return [], now
    changes = [change for topic, subject in subjects if (change := _change(connection, topic, subject)) is not None]
    if now.insight > cursor.insight:
        teams = frozenset(connection.scalars(sa.select(Insight.team).where(Insight.id > cursor.insight).distinct()))
        changes.append(Change("insights", None, lambda actor: any(may_see_team(actor, team) for team in teams)))
    if now.load > cursor.load:
        changes.append(Change("costs", None, lambda _actor: True))
    return changes, Cursor(entries[-1].id if entries else cursor.audit, now.insight, now.load)


def _change(connection: sa.Connection, topic: Topic, subject: str) -> Change | None:
    """A change with the check of who may see it; None where its subject is not stored."""
    if topic == "budgets":
        scope: Any = connection.scalar(sa.select(BudgetRow.scope).where(BudgetRow.name == subject))
        exists = scope is not None
        return Change(topic, subject, lambda actor: may_see_scope(actor, scope) if exists else actor.sees_all)
    if not (subject.isascii() and subject.isdecimal() and len(subject) < 19):
        return None
    number = int(subject)
    if topic == "insights":
        insight = connection.execute(sa.select(Insight.team).where(Insight.id == number)).first()
        return None if insight is None else Change(topic, subject, lambda actor: may_see_team(actor, insight.team))
    row = connection.execute(sa.select(Remediation.team, Remediation.playbook).where(Remediation.id == number)).first()
    if row is None:
        return None
    return Change(topic, subject, lambda actor: may_see_change(actor, row.team, row.playbook))
