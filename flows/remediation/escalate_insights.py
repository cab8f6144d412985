"""Escalates insights that nobody has acknowledged: the playbooks in mode notify."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from prefect import flow
from sqlalchemy.orm import Session

from config.organisation import Organisation
from db import audit
from db.outgoing import outbox
from db.outgoing.messages import note
from db.tables import Insight
from flows import failure
from playbooks.schema import Playbook, read_playbooks


@flow(name="escalate_insights", flow_run_name="escalations")
def escalate_insights() -> int:
    """Every hour; returns how many messages were left. Each insight is told once per channel."""
    with (
        failure.running("escalate_insights") as (_, organisation, database),
        Session(database.app) as session,
        session.begin(),
    ):
        return escalate(session, read_playbooks(), organisation, datetime.now(UTC))


def escalate(session: Session, playbooks: Mapping[str, Playbook], organisation: Organisation, now: datetime) -> int:
    """Leave a line for each insight that is open for longer than its playbook waits. The caller commits."""
    count = 0
    for playbook in playbooks.values():
        if playbook.mode != "notify" or playbook.escalation is None:
            continue
        channels = (playbook.escalation.channel,) if playbook.escalation.channel else organisation.admin_channels()
        before = now - timedelta(hours=playbook.escalation.after_hours)
        for insight in session.scalars(
            sa.select(Insight).where(
                Insight.kind == playbook.trigger.kind, Insight.status == "open", Insight.detected_at <= before
            )
        ):
            if all(getattr(insight, field, None) in accepted for field, accepted in playbook.trigger.filters.items()):
                count += sum(_escalate_to(session, playbook, insight, channel) for channel in channels)
    return count


def _escalate_to(session: Session, playbook: Playbook, insight: Insight, channel: str) -> bool:
    text = f"{playbook.title}: {insight.title} Nobody has acknowledged it since {insight.detected_at:%d %b %H:%M} UTC."
    left = outbox.enqueue(session, channel, note(text), f"playbook:{playbook.name}:{insight.id}:{channel}")
    if left:
        audit.append(
            session, "system", "insight.escalated", str(insight.id), {"playbook": playbook.name, "channel": channel}
        )
    return left
