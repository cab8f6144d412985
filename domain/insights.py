"""Insights and their messages: found ones are stored once, told once to each channel, and closed when they vanish."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.formatting import money
from config.currencies import ROUGH
from config.organisation import Channel, Organisation
from db import audit, outbox
from db.tables import Insight, OutboxMessage

LIVE = ("open", "acknowledged")
_PREFIX = "insight:"  # of the keys of its messages
_MONTH_DAYS = 365.25 / 12
_STORM = 5  # alerts a channel gets from one look; the rest are one message
_SEVERITIES = (
    (5_000.0, "critical"),
    (1_000.0, "high"),
    (200.0, "medium"),
    (0.0, "low"),
)  # impact a day in the organisation's currency


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
    owner: str | None = None
    """Who looks after it, where that is not the team's first person."""
    starts_on: date | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    severity: str | None = None
    card: str = "alert"
    payload: dict[str, Any] = field(default_factory=dict)


def severity_of(impact: float | None) -> str:
    """From the impact a day, in the organisation's currency."""
    return next(name for least, name in _SEVERITIES if abs(impact or 0.0) >= least)


def store(
    session: Session, found: list[Found], organisation: Organisation, now: datetime, data_arrived_at: datetime | None
) -> list[int]:
    """Insert what is new and tell it, update what is known; returns the ids in
    order. The caller commits both or neither.
    """
    told: dict[str, int] = {}
    numbers = []
    for item in sorted(found, key=lambda one: -_worth(one, organisation)):
        insight = session.scalar(sa.select(Insight).where(Insight.fingerprint == item.fingerprint).with_for_update())
        if insight is None:
            insight = _insert(session, item, organisation, now, data_arrived_at)
        else:
            _update(session, insight, item, now)
        if insight.status in LIVE:
            _tell(session, insight, item, organisation, now, told)
        numbers.append(insight.id)
    for name, count in told.items():
        if count > _STORM:
            left = count - _STORM
            text = f"{left} more insight{'' if left == 1 else 's'} came with the same bills; see the app's Home tab."
            key = f"storm:{name}:{now.isoformat(timespec='minutes')}"
            outbox.leave(session, name, "note", {"text": text}, key)
            _hold(session, key, _quiet_until(organisation.channel_named(name), now))
    return numbers


def _worth(item: Found, organisation: Organisation) -> float:
    """The size of its impact in the organisation's currency."""
    return abs(item.impact or 0.0) / organisation.rate_of(item.currency)


def by_worth(organisation: Organisation) -> sa.ColumnElement[Any]:
    """An order of insights by what is at stake in a month, whatever their grain and currency; unknown last."""
    currencies = [organisation.currency, *organisation.exchange_rates, *ROUGH]
    rates = {currency: organisation.rate_of(currency) for currency in currencies}
    month = sa.case((Insight.kind == "anomaly", _MONTH_DAYS), else_=1.0)
    amount = sa.func.abs(Insight.impact_amount) * month / sa.case(rates, value=Insight.currency, else_=1.0)
    return amount.desc().nulls_last()


def close(session: Session, insight: Insight, reason: str, now: datetime) -> None:
    """Resolve an insight, say so in its threads, and take the buttons off its cards."""
    insight.status, insight.status_reason, insight.closed_at = "resolved", reason, now
    insight.evidence = {**insight.evidence, "closed_by": "system"}
    audit.append(session, "system", "insight.closed", str(insight.id), {"reason": reason})
    _say(session, insight, f"Closed: {reason}", f"closed:{now.isoformat(timespec='minutes')}")
    _redraw(session, insight, now)


def _say(session: Session, insight: Insight, text: str, key: str) -> None:
    """A line into the thread of every card that was posted of it."""
    for card in _cards(session, insight):
        outbox.leave(
            session,
            card.channel,
            "note",
            {"text": text},
            f"{_PREFIX}{insight.id}:{key}:{card.channel}",
            thread_key=card.key,
        )


def _redraw(session: Session, insight: Insight, now: datetime) -> None:
    """Show the insight's present state on its cards."""
    for card in _cards(session, insight):
        payload = {**card.payload, **payload_of(insight), "minutes_after_data": card.payload.get("minutes_after_data")}
        outbox.leave(
            session,
            card.channel,
            card.kind,
            payload,
            f"{card.key}:{insight.status}:{now.isoformat()}",
            update_key=card.key,
        )


def _cards(session: Session, insight: Insight) -> list[OutboxMessage]:
    """The first messages of an insight, one a channel; a channel under its threshold or in a storm has none."""
    keys = [_key(insight, channel) for channel in insight.evidence.get("channels", [])]
    return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.key.in_(keys)).order_by(OutboxMessage.id)))


def payload_of(insight: Insight, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the cards draw of an insight."""
    delay = None
    if insight.data_arrived_at is not None:
        delay = (insight.detected_at - insight.data_arrived_at).total_seconds() / 60
    names = (
        "id",
        "title",
        "kind",
        "severity",
        "status",
        "status_reason",
        "team",
        "service",
        "account",
        "owner",
        "currency",
        "evidence",
    )
    return {
        **{name: getattr(insight, name) for name in names},
        "impact_amount": None if insight.impact_amount is None else float(insight.impact_amount),
        "starts_on": insight.starts_on.isoformat() if insight.starts_on else None,
        "minutes_after_data": delay,
        **(extra or {}),
    }


def _insert(
    session: Session, item: Found, organisation: Organisation, now: datetime, data_arrived_at: datetime | None
) -> Insight:
    team = item.scope.get("team") or item.team
    channels = [] if (channel := organisation.channel_for(team)) is None else [channel]
    insight = Insight(
        fingerprint=item.fingerprint,
        kind=item.kind,
        severity=item.severity or severity_of(_worth(item, organisation)),
        status="open",
        title=item.title,
        scope=dict(item.scope),
        account=item.scope.get("account"),
        service=item.scope.get("service"),
        team=team,
        provider=item.scope.get("provider"),
        resource_id=item.scope.get("resource_id"),
        owner=item.owner or owner_of(organisation, team),
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
    """Known already: the newest figures, and a line in the thread when it came back, or grew or shrank by half."""
    before = float(insight.impact_amount or 0)
    insight.last_seen_at = now
    if (
        insight.status == "resolved" and insight.evidence.get("closed_by") == "system"
    ):  # what a person closed stays closed
        insight.status, insight.status_reason, insight.closed_at = "open", None, None
        insight.evidence = {key: value for key, value in insight.evidence.items() if key != "closed_by"}
        audit.append(session, "system", "insight.reopened", str(insight.id), {"reason": "found again"})
        _say(session, insight, "It is back: the present bills show it again.", f"back:{now.date()}")
        _redraw(session, insight, now)
    if insight.status not in LIVE or item.impact is None:
        return
    kept: dict[str, Any] = {name: insight.evidence[name] for name in ("channels", "storm") if name in insight.evidence}
    insight.evidence = {**insight.evidence, **item.evidence, **kept}
    if before and abs(item.impact - before) > 0.5 * abs(before):
        insight.impact_amount = Decimal(str(round(item.impact, 4)))
        word = "grew" if abs(item.impact) > abs(before) else "shrank"
        each = (
            "a day"
            if insight.kind == "anomaly"
            else "a month"
            if insight.kind in ("idle", "recommendation")
            else "over the budget"
        )
        text = f"It {word}: {money(item.impact, insight.currency)} {each}, told as {money(before, insight.currency)}."
        _say(session, insight, text, f"{word}:{now.date()}")


def _tell(
    session: Session, insight: Insight, item: Found, organisation: Organisation, now: datetime, told: dict[str, int]
) -> None:
    """One message an insight and channel, under its own key; held back in quiet
    hours, under the channel's threshold, and in a storm.
    """
    storm = list(insight.evidence.get("storm", []))
    for name in insight.evidence.get("channels", []):
        channel, key = organisation.channel_named(name), _key(insight, name)
        small = channel is not None and item.kind == "anomaly" and _worth(item, organisation) < channel.minimum_impact
        if small or name in storm or _is_left(session, key):
            continue
        told[name] = told.get(name, 0) + 1
        if told[name] > _STORM:
            storm.append(name)
            insight.evidence = {**insight.evidence, "storm": storm}
            continue
        outbox.leave(session, name, item.card, payload_of(insight, {**item.payload, "insight_id": insight.id}), key)
        if insight.severity != "critical":
            _hold(session, key, _quiet_until(channel, now))


def _is_left(session: Session, key: str) -> bool:
    return session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None


def _hold(session: Session, key: str, until: datetime | None) -> None:
    if until is not None:
        session.execute(sa.update(OutboxMessage).where(OutboxMessage.key == key).values(not_before=until))


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
    return f"{_PREFIX}{insight.id}:{channel}"


def sleepers(session: Session, now: datetime) -> None:
    """Reopen what was snoozed or expected only until now, and say so in its threads."""
    over = sa.select(Insight).where(
        Insight.status.in_(("snoozed", "expected")), Insight.status_until <= now, Insight.closed_at.is_(None)
    )
    for insight in session.scalars(over.with_for_update()):
        was = insight.status
        insight.status, insight.status_reason, insight.status_until = "open", None, None
        _say(
            session, insight, f"It was {was} until now and is open again.", f"awake:{now.isoformat(timespec='minutes')}"
        )
        _redraw(session, insight, now)
