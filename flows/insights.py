"""Insights and their messages: found ones are stored once, told once to each channel, and closed when they vanish."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.money import money
from db import audit, outbox
from db.tables import Insight
from settings import Channel, Organisation

LIVE = ("open", "acknowledged")
_STORM = 5  # alerts a channel gets from one look; the rest are one message
_SEVERITIES = ((5_000.0, "critical"), (1_000.0, "high"), (200.0, "medium"), (0.0, "low"))  # impact a day in the billing currency


@dataclass(frozen=True)
class Found:
    """An insight as a flow found it, before it is known whether it is new."""

    fingerprint: str
    kind: str
    title: str
    scope: Mapping[str, str]
    impact: float | None
    currency: str
    team: str | None = None
    """Whose it is, where the scope does not say."""
    starts_on: date | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    severity: str | None = None
    card: str = "alert"
    payload: dict[str, Any] = field(default_factory=dict)


def severity_of(impact: float | None) -> str:
    """From the impact a day."""
    return next(name for least, name in _SEVERITIES if abs(impact or 0.0) >= least)


def store(session: Session, found: list[Found], organisation: Organisation, now: datetime, data_arrived_at: datetime | None) -> list[int]:
    """Insert what is new and tell it, update what is known; returns the ids in order. The caller commits both or neither."""
    told: dict[str, int] = {}
    numbers = []
    for item in sorted(found, key=lambda one: -abs(one.impact or 0)):
        insight = session.scalar(sa.select(Insight).where(Insight.fingerprint == item.fingerprint).with_for_update())
        if insight is None:
            insight = _insert(session, item, organisation, now, data_arrived_at)
            _tell(session, insight, item, organisation, now, told)
        else:
            _update(session, insight, item, now)
        numbers.append(insight.id)
    for channel, count in told.items():
        if count > _STORM:
            text = f"{count - _STORM} more insights came with the same bills; they are on the app's Home tab."
            outbox.leave(session, channel, "note", {"text": text}, f"storm:{channel}:{now.isoformat(timespec='minutes')}")
    return numbers


def close(session: Session, insight: Insight, reason: str, now: datetime) -> None:
    """Resolve an insight and say so in its threads."""
    insight.status, insight.status_reason, insight.closed_at = "resolved", reason, now
    audit.append(session, "system", "insight.closed", str(insight.id), {"reason": reason})
    for channel in insight.evidence.get("channels", []):
        outbox.leave(
            session,
            channel,
            "note",
            {"text": f"Closed: {reason}"},
            f"insight:{insight.id}:closed:{channel}",
            thread_key=_key(insight, channel),
        )


def payload_of(insight: Insight, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the cards draw of an insight."""
    delay = None
    if insight.data_arrived_at is not None:
        delay = (insight.detected_at - insight.data_arrived_at).total_seconds() / 60
    names = ("id", "title", "kind", "severity", "status", "status_reason", "team", "service", "account", "owner", "currency", "evidence")
    return {
        **{name: getattr(insight, name) for name in names},
        "impact_amount": None if insight.impact_amount is None else float(insight.impact_amount),
        "starts_on": insight.starts_on.isoformat() if insight.starts_on else None,
        "minutes_after_data": delay,
        **(extra or {}),
    }


def _insert(session: Session, item: Found, organisation: Organisation, now: datetime, data_arrived_at: datetime | None) -> Insight:
    team = item.scope.get("team") or item.team
    channels = [] if (channel := organisation.channel_for(team)) is None else [channel]
    insight = Insight(
        fingerprint=item.fingerprint,
        kind=item.kind,
        severity=item.severity or severity_of(item.impact),
        status="open",
        title=item.title,
        scope=dict(item.scope),
        account=item.scope.get("account"),
        service=item.scope.get("service"),
        team=team,
        provider=item.scope.get("provider"),
        resource_id=item.scope.get("resource_id"),
        owner=owner_of(organisation, team),
        impact_amount=None if item.impact is None else Decimal(str(round(item.impact, 4))),
        currency=item.currency,
        evidence={**item.evidence, "channels": channels},
        starts_on=item.starts_on,
        data_arrived_at=data_arrived_at,
        detected_at=now,
        last_seen_at=now,
    )
    session.add(insight)
    session.flush()
    return insight


def owner_of(organisation: Organisation, team: str | None) -> str | None:
    """Who is mentioned for a team: its first operator or approver, else its first member."""
    members = [person for person in organisation.people if team is not None and team in person.teams]
    leading = [person for person in members if {"operator", "approver"} & {str(role) for role in person.roles}]
    return next((person.id for person in [*leading, *members]), None)


def _update(session: Session, insight: Insight, item: Found, now: datetime) -> None:
    """Known already: the newest figures, and a line in the thread when it grew or shrank by half."""
    before = float(insight.impact_amount or 0)
    insight.last_seen_at = now
    if insight.status not in LIVE or item.impact is None:
        return
    channels = insight.evidence.get("channels", [])
    insight.evidence = {**insight.evidence, **item.evidence, "channels": channels}
    if before and abs(item.impact - before) > 0.5 * abs(before):
        insight.impact_amount = Decimal(str(round(item.impact, 4)))
        word = "grew" if abs(item.impact) > abs(before) else "shrank"
        text = f"It {word}: {money(item.impact, insight.currency)}, told as {money(before, insight.currency)}."
        for channel in channels:
            key = f"insight:{insight.id}:{word}:{now.date()}:{channel}"
            outbox.leave(session, channel, "note", {"text": text}, key, thread_key=_key(insight, channel))


def _tell(session: Session, insight: Insight, item: Found, organisation: Organisation, now: datetime, told: dict[str, int]) -> None:
    """One message an insight and channel, under its own key; held back in quiet hours, under the channel's threshold, and in a storm."""
    for name in insight.evidence.get("channels", []):
        channel = next((one for one in organisation.channels if one.channel == name), None)
        if channel is not None and item.kind == "anomaly" and abs(item.impact or 0) < channel.minimum_impact:
            continue
        told[name] = told.get(name, 0) + 1
        if told[name] > _STORM:
            continue
        outbox.leave(session, name, item.card, payload_of(insight, {**item.payload, "insight_id": insight.id}), _key(insight, name))
        until = _quiet_until(channel, now) if insight.severity != "critical" else None
        if until is not None:
            session.execute(
                sa.text("UPDATE finops.outbox SET not_before = :until WHERE key = :key"), {"until": until, "key": _key(insight, name)}
            )


def _quiet_until(channel: Channel | None, now: datetime) -> datetime | None:
    """When the channel's quiet hours end, None outside of them. Hours are UTC; they may span midnight."""
    if channel is None or channel.quiet_hours is None:
        return None
    start, end = channel.quiet_hours
    hour = now.astimezone(UTC).hour
    inside = start <= hour < end if start <= end else hour >= start or hour < end
    if not inside:
        return None
    day = now.date() if hour < end else now.date() + timedelta(days=1)
    return datetime.combine(day, time(end), tzinfo=UTC)


def _key(insight: Insight, channel: str) -> str:
    return f"insight:{insight.id}:{channel}"


def sleepers(session: Session, now: datetime) -> None:
    """Reopen what was snoozed or expected only until now."""
    session.execute(
        sa.update(Insight)
        .where(Insight.status.in_(("snoozed", "expected")), Insight.status_until <= now, Insight.closed_at.is_(None))
        .values(status="open", status_reason=None, status_until=None)
    )
