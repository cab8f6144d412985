"""The messages of an insight: a card in each of its channels, brought up to date with its state, and lines in their
threads."""

from datetime import UTC, datetime, time, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.organisation import Channel, Organisation
from db.outgoing import messages, outbox
from db.outgoing.message_keys import insight_key
from db.outgoing.messages import Alert, BudgetAlert, BudgetFields, InsightFields, note
from db.tables import Insight, OutboxMessage

_CARDS = ("alert", "budget")
STORM = 5  # alerts a channel gets from one look; the rest are one message


def payload_of(insight: Insight) -> InsightFields:
    """What the cards draw of an insight."""
    delay = None
    if insight.data_arrived_at is not None:
        delay = (insight.detected_at - insight.data_arrived_at).total_seconds() / 60
    return InsightFields(
        id=insight.id,
        title=insight.title,
        kind=insight.kind,
        severity=insight.severity,
        status=insight.status,
        status_reason=insight.status_reason,
        team=insight.team,
        service=insight.service,
        account=insight.account,
        owner=insight.owner,
        currency=insight.currency,
        impact_amount=None if insight.impact_amount is None else float(insight.impact_amount),
        starts_on=insight.starts_on.isoformat() if insight.starts_on else None,
        minutes_after_data=delay,
        playbook=insight.playbook,
        evidence=insight.evidence,
    )


def card_of(insight: Insight, budget: BudgetFields | None) -> Alert | BudgetAlert:
    """An insight's card in its present state; `budget` where it tells of one."""
    if budget is None:
        return Alert(type="alert", **payload_of(insight))
    state = insight.status_reason
    return BudgetAlert(type="budget", **budget, insight_id=insight.id, status=insight.status, status_reason=state)


def post(
    session: Session,
    insight: Insight,
    budget: BudgetFields | None,
    organisation: Organisation,
    now: datetime,
    posted: dict[str, int],
    small: frozenset[str],
) -> None:
    """Leave its card in each channel that has none, but for those where it is `small`.

    `posted` counts the cards of this look per channel: beyond `STORM` they are not posted. Quiet hours hold all but
    critical ones back.
    """
    storm = list(insight.evidence.get("storm", []))
    for name in insight.channels:
        channel, key = organisation.channel_named(name), insight_key(insight.id, name)
        if name in small or name in storm or _is_left(session, key):
            continue
        posted[name] = posted.get(name, 0) + 1
        if posted[name] > STORM:
            storm.append(name)
            insight.evidence = {**insight.evidence, "storm": storm}
            continue
        outbox.enqueue(session, name, card_of(insight, budget), key)
        if insight.severity != "critical":
            hold(session, key, quiet_until(channel, now))


def say(session: Session, insight: Insight, text: str, key: str, but_in: str | None = None) -> None:
    """A line into the thread of every card that was posted of it, but for one channel; `key` makes it once."""
    for card in _cards(session, insight):
        if card.channel == but_in:
            continue
        outbox.enqueue(
            session,
            card.channel,
            note(text),
            insight_key(insight.id, f"{key}:{card.channel}"),
            thread_key=card.key,
        )


def say_in(session: Session, insight: Insight, text: str, key: str, channel: str, thread: str) -> None:
    """A line into one thread; `key` makes it once."""
    outbox.enqueue(session, channel, note(text), insight_key(insight.id, f"line:{key}"), thread_ts=thread)


def redraw(session: Session, insight: Insight, key: str) -> None:
    """Show the insight's present state on its cards; `key` makes it once."""
    for card in _cards(session, insight):
        outbox.enqueue(
            session,
            card.channel,
            card_of(insight, _budget_of(card, insight)),
            f"{card.key}:{key}",
            update_key=card.key,
        )


def _cards(session: Session, insight: Insight) -> list[OutboxMessage]:
    """The first card of the insight in each channel; a channel under its threshold or in a storm has none."""
    cards = sa.select(OutboxMessage).where(
        OutboxMessage.key.startswith(insight_key(insight.id, "")),
        OutboxMessage.kind.in_(_CARDS),
        OutboxMessage.update_key.is_(None),
    )
    return list(session.scalars(cards.order_by(OutboxMessage.id)))


def _budget_of(card: OutboxMessage, insight: Insight) -> BudgetFields | None:
    """The figures that a budget's card was posted with, and its present owner."""
    shown = messages.stored(card.kind, card.payload)
    if shown is None or shown["type"] != "budget":
        return None
    figures = {name: value for name, value in shown.items() if name in BudgetFields.__annotations__}
    return cast(BudgetFields, {**figures, "owner": insight.owner})


def _is_left(session: Session, key: str) -> bool:
    return session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None


def hold(session: Session, key: str, until: datetime | None) -> None:
    if until is not None:
        session.execute(sa.update(OutboxMessage).where(OutboxMessage.key == key).values(not_before=until))


def quiet_until(channel: Channel | None, now: datetime) -> datetime | None:
    """When the channel's quiet hours end, None outside of them. Hours are UTC; they may span midnight."""
    if channel is None or channel.quiet_hours is None:
        return None
    (start, end), now = channel.quiet_hours, now.astimezone(UTC)
    hour = now.hour
    inside = start <= hour < end if start <= end else hour >= start or hour < end
    if not inside:
        return None
    day = now.date() if hour < end else now.date() + timedelta(days=1)
    return datetime.combine(day, time(end), tzinfo=UTC)
