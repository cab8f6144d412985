"""Insights: what flows detect is stored once and posted once per channel; people decide; what vanishes is closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from analysis.wording.formatting import money
from config.access import Actor
from config.currencies import ROUGH
from config.organisation import Organisation
from db import audit
from db.outgoing import outbox
from db.outgoing.messages import BudgetFields, note
from db.tables import Insight
from domain.messages import insight_cards as cards
from domain.messages.insight_cards import redraw, say, say_in

LIVE = ("open", "acknowledged")
Feedback = Literal["useful", "noise", "fewer"]
FEWER: Feedback = "fewer"  # on an anomaly: fewer alerts of its scope
_MONTH_DAYS = 365.25 / 12
_SEVERITIES = (
    (5_000.0, "critical"),
    (1_000.0, "high"),
    (200.0, "medium"),
    (0.0, "low"),
)  # impact a day in the organisation's currency


@dataclass(frozen=True)
class DetectedInsight:
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
    playbook: str | None = None
    """What could be proposed about it."""
    budget: BudgetFields | None = None
    """The figures of the budget that it tells of."""


def severity_of(impact: float | None) -> str:
    """From the impact per day, in the organisation's currency."""
    return next(name for least, name in _SEVERITIES if abs(impact or 0.0) >= least)


def store(
    session: Session,
    detected: list[DetectedInsight],
    organisation: Organisation,
    now: datetime,
    data_arrived_at: datetime | None,
) -> list[int]:
    """Insert what is new and tell it, update what is known; returns the ids in
    order. The caller commits both or neither.
    """
    posted: dict[str, int] = {}
    numbers = []
    for item in sorted(detected, key=lambda one: -_worth(one, organisation)):
        insight = session.scalar(sa.select(Insight).where(Insight.fingerprint == item.fingerprint).with_for_update())
        if insight is None:
            insight = _insert(session, item, organisation, now, data_arrived_at)
        else:
            _update(session, insight, item, now)
        if insight.status in LIVE:
            small = _too_small_for(insight, item, organisation)
            cards.post(session, insight, item.budget, organisation, now, posted, small)
        numbers.append(insight.id)
    for name, count in posted.items():
        if count > cards.STORM:
            left = count - cards.STORM
            text = f"{left} more insight{'' if left == 1 else 's'} came with the same bills; see the app's Home tab."
            key = f"storm:{name}:{now.isoformat(timespec='minutes')}"
            outbox.enqueue(session, name, note(text), key)
            cards.hold(session, key, cards.quiet_until(organisation.channel_named(name), now))
    return numbers


def _too_small_for(insight: Insight, item: DetectedInsight, organisation: Organisation) -> frozenset[str]:
    """The channels whose threshold an anomaly stays under."""
    if item.kind != "anomaly":
        return frozenset()
    named = [(name, organisation.channel_named(name)) for name in insight.channels]
    worth = _worth(item, organisation)
    return frozenset(name for name, channel in named if channel is not None and worth < channel.minimum_impact)


def _worth(item: DetectedInsight, organisation: Organisation) -> float:
    """The size of its impact in the organisation's currency."""
    return abs(item.impact or 0.0) / organisation.rate_of(item.currency)


def by_worth(organisation: Organisation) -> sa.ColumnElement[Any]:
    """An order of insights by what is at stake in a month, whatever their grain and currency; of an anomaly that is
    over, by what it came to; unknown last.
    """
    currencies = [organisation.currency, *organisation.exchange_rates, *ROUGH]
    rates = {currency: organisation.rate_of(currency) for currency in currencies}
    month = sa.case((Insight.kind == "anomaly", _MONTH_DAYS), else_=1.0)
    over = sa.cast(Insight.evidence[("over", "amount")].astext, sa.Numeric)
    worth = sa.func.abs(sa.func.coalesce(over, Insight.impact_amount * month))
    amount = worth / sa.case(rates, value=Insight.currency, else_=1.0)
    return amount.desc().nulls_last()


def decide(
    session: Session,
    insight: Insight,
    actor: Actor,
    now: datetime,
    status: str,
    reason: str,
    days: int | None,
    key: str,
    pressed: Mapping[str, Any] | None = None,
) -> None:
    """Set what a person decided, from a button or the API: the status with reason and expiry.

    The detector learns from `expected` at its next run. `key` makes the messages once; the caller holds the row and
    commits. `pressed` names the channel and thread of a button; without one every card's thread is told.
    """
    who, until = actor.name or actor.id, now + timedelta(days=days) if days else None
    insight.status, insight.status_until = status, until
    ends = f", until {until.day} {until:%b}" if until else ""
    insight.status_reason = f"{reason} ({who}{ends})" if reason or until else None
    insight.closed_at = now if status == "resolved" else None
    audit.append(session, actor.id, f"insight.{status}", str(insight.id), {"reason": reason, "days": days})
    time = f" for {days} day{'' if days == 1 else 's'}" if days else ""
    line = f"{status.capitalize()}{time}, says {who}{f': {reason}' if reason else ''}"
    redraw(session, insight, key)
    channel, thread = (pressed or {}).get("channel"), (pressed or {}).get("thread")
    if pressed is None:
        say(session, insight, line, f"line:{key}")
    elif channel and thread:
        say_in(session, insight, line, key, str(channel), str(thread))


def give_feedback(
    session: Session, insight: Insight, actor: Actor, now: datetime, feedback: Feedback, reason: str
) -> None:
    """Keep what a person thinks of an insight, from a button or the API; the caller holds the row and commits.

    Noise closes an anomaly, and the next one of its kind has to be half as large again. Fewer makes its scope less
    sensitive from the next detection on, until it is called useful.
    """
    insight.feedback = feedback
    details = {"feedback": feedback, **({"reason": reason} if reason else {})}
    audit.append(session, actor.id, "insight.feedback", str(insight.id), details)
    if feedback == "noise" and insight.kind == "anomaly" and insight.status in LIVE:
        insight.status, insight.closed_at = "resolved", now
        insight.status_reason = (
            f"noise, says {actor.name or actor.id}: {reason or 'no reason given'}; the next one here must be half as "
            "large again to be told"
        )
        redraw(session, insight, f"noise:{now.isoformat()}")


def close(session: Session, insight: Insight, reason: str, now: datetime) -> None:
    """Resolve an insight, say so in its threads, and take the buttons off its cards."""
    insight.status, insight.status_reason, insight.closed_at = "resolved", reason, now
    insight.evidence = {**insight.evidence, "closed_by": "system"}
    audit.append(session, "system", "insight.closed", str(insight.id), {"reason": reason})
    say(session, insight, f"Closed: {reason}", f"closed:{now.isoformat(timespec='minutes')}")
    redraw(session, insight, f"{insight.status}:{now.isoformat()}")


def _insert(
    session: Session, item: DetectedInsight, organisation: Organisation, now: datetime, data_arrived_at: datetime | None
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
        evidence=dict(item.evidence),
        channels=channels,
        playbook=item.playbook,
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


def _update(session: Session, insight: Insight, item: DetectedInsight, now: datetime) -> None:
    """Store the newest figures of a known insight; post to its thread when it came back, or grew or shrank by half."""
    before = float(insight.impact_amount or 0)
    insight.last_seen_at, insight.playbook = now, item.playbook or insight.playbook
    if (
        insight.status == "resolved" and insight.evidence.get("closed_by") == "system"
    ):  # what a person closed stays closed
        insight.status, insight.status_reason, insight.closed_at = "open", None, None
        insight.evidence = {key: value for key, value in insight.evidence.items() if key != "closed_by"}
        audit.append(session, "system", "insight.reopened", str(insight.id), {"reason": "found again"})
        say(session, insight, "It is back: the present bills show it again.", f"back:{now.date()}")
        redraw(session, insight, f"{insight.status}:{now.isoformat()}")
    if insight.status not in LIVE or item.impact is None:
        return
    reported = float(insight.evidence.get("told", before))
    carried: dict[str, Any] = {name: insight.evidence[name] for name in ("storm", "told") if name in insight.evidence}
    insight.evidence = {**insight.evidence, **item.evidence, **carried}
    if reported and abs(item.impact - reported) > 0.5 * abs(reported):
        insight.impact_amount = Decimal(str(round(item.impact, 4)))
        insight.evidence = {**insight.evidence, "told": item.impact}
        word = "grew" if abs(item.impact) > abs(reported) else "shrank"
        each = (
            "a day"
            if insight.kind == "anomaly"
            else "a month"
            if insight.kind in ("idle", "recommendation")
            else "over the budget"
        )
        text = f"It {word}: {money(item.impact, insight.currency)} {each}, told as {money(reported, insight.currency)}."
        say(session, insight, text, f"{word}:{now.date()}")
    if insight.kind == "anomaly" and insight.title != item.title:
        _show_figures(session, insight, item, reported, now)


def _show_figures(session: Session, insight: Insight, item: DetectedInsight, reported: float, now: datetime) -> None:
    """Update the figures and cards of an anomaly that covers more days than when it was reported, without a new post.

    `reported` stays the amount that a line in the thread compares with.
    """
    insight.evidence = {"told": reported, **insight.evidence}
    insight.title, insight.impact_amount = item.title, Decimal(str(round(item.impact or 0.0, 4)))
    redraw(session, insight, f"figures:{now.isoformat()}")


def reopen_expired_snoozes(session: Session, now: datetime) -> None:
    """Reopen what was snoozed or expected only until now, and say so in its threads."""
    over = sa.select(Insight).where(
        Insight.status.in_(("snoozed", "expected")), Insight.status_until <= now, Insight.closed_at.is_(None)
    )
    for insight in session.scalars(over.with_for_update()):
        was = insight.status
        insight.status, insight.status_reason, insight.status_until = "open", None, None
        say(
            session, insight, f"It was {was} until now and is open again.", f"awake:{now.isoformat(timespec='minutes')}"
        )
        redraw(session, insight, f"{insight.status}:{now.isoformat()}")
