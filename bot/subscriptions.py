"""Subscriptions: a digest or a question of one's own, into a channel, daily or weekly, at an hour of one's own time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.orm import Session

import access
from access import Action, Actor, Denied, Role
from bot import clicks, inbox, questions
from bot.cards import home
from bot.cards.home import WEEKDAYS
from bot.clicks import Click, Listeners, Submission
from bot.questions import Heard
from bot.runtime import Runtime
from db import audit, outbox
from db.tables import Subscription


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("subscribe_open", open_subscribe)
    listeners.click("subscription_stop", stop)
    listeners.submit("subscribe", save)


def open_subscribe(runtime: Runtime, click: Click) -> None:
    """Ask what, where and when."""
    actor = runtime.people.actor(click.user)
    if isinstance(denied := access.check(actor, Action.SUBSCRIBE), Denied):
        clicks.whisper(runtime, click.where, denied.reason)
        return
    with runtime.session() as session:
        teams = visible_teams(session, actor)
    channel = click.channel if click.channel.startswith(("C", "G")) else None
    clicks.open_modal(runtime, click, home.subscribe_modal(clicks.about(click), teams, channel))


def visible_teams(session: Session, actor: Actor) -> list[str]:
    """Teams with costs that the person may see."""
    known = session.scalars(sa.text("SELECT DISTINCT team FROM reporting.daily_costs WHERE team IS NOT NULL ORDER BY team")).all()
    return [str(team) for team in known if access.may_see_team(actor, str(team))]


def save(runtime: Runtime, submission: Submission) -> None:
    """Store the subscription and say so where it will arrive."""
    actor = runtime.people.actor(submission.user)
    if isinstance(denied := access.check(actor, Action.SUBSCRIBE), Denied):
        clicks.whisper(runtime, submission.where, denied.reason)
        return
    frequency, _, weekday = str(submission.values.get("often") or "daily").partition(":")
    team, question = str(submission.values.get("scope") or "*"), str(submission.values.get("question") or "").strip()
    zone = _zone(runtime.people.profile(submission.user).timezone)
    row = Subscription(
        channel=str(submission.values.get("channel") or submission.user),
        created_by=actor.id,
        kind="question" if question else "digest",
        scope={} if team == "*" else {"team": team},
        question=question or None,
        frequency=frequency,
        weekday=int(weekday) if weekday else None,
        at_hour=int(submission.values.get("hour") or 9),
        timezone=zone,
        active=True,
        last_sent_for=_today_if_over(int(submission.values.get("hour") or 9), zone, runtime.clock()),
    )
    with runtime.session() as session:
        if team != "*" and not access.may_see_team(actor, team):
            said: str | None = f"You may not see the costs of {team}."
        else:
            said = None
            session.add(row)
            session.flush()
            audit.append(session, actor.id, "subscription.made", str(row.id), {"channel": row.channel, "kind": row.kind})
            text = f"{actor.name or 'Somebody'} subscribed this conversation: {describe(row)}."
            outbox.leave(session, row.channel, "note", {"text": text}, f"subscription:{row.id}")
    if said:
        clicks.whisper(runtime, submission.where, said)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return name


def _today_if_over(hour: int, zone: str, now: datetime) -> date | None:
    """Today where its hour has passed already: the first one then comes tomorrow."""
    local = now.astimezone(ZoneInfo(zone))
    return local.date() if local.hour >= hour else None


def describe(row: Subscription) -> str:
    """`digest of payments, every Monday at 09:00 (Europe/Berlin)`."""
    what = f"“{row.question}”" if row.question else f"digest of {row.scope.get('team') or 'everything'}"
    when = f"every {WEEKDAYS[row.weekday]}" if row.weekday is not None else "every day"
    return f"{what}, {when} at {row.at_hour:02d}:{row.at_minute or 0:02d} ({row.timezone})"


def is_due(row: Subscription, now: datetime) -> date | None:
    """The local day for which a subscription is due now: its hour has come on its day, in its own zone, and it was not sent for that day."""
    local = now.astimezone(ZoneInfo(row.timezone))
    come = (local.hour, local.minute) >= (row.at_hour, row.at_minute or 0)
    right_day = row.weekday is None or local.weekday() == row.weekday
    return local.date() if come and right_day and row.last_sent_for != local.date() else None


def ask_due(runtime: Runtime) -> int:
    """Ask the subscribed questions that are due, as the people who subscribed them; each once a day, whichever bot comes first."""
    asked = 0
    with runtime.session() as session:
        rows = session.scalars(
            sa.select(Subscription).where(Subscription.active.is_(True), Subscription.kind == "question").with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            day = is_due(row, runtime.clock())
            if day is None or row.question is None:
                continue
            row.last_sent_for = day
            said = f"Subscribed by {runtime.people.actor(row.created_by).name or 'somebody'}: {row.question}"
            heard = Heard(row.created_by, row.channel, row.question, None, addressed=True, asked=said)
            inbox.remember(session, f"subscription:{row.id}:{day}", questions.as_body(heard), runtime.clock() - inbox.LEASE)
            asked += 1
    return asked


def stop(runtime: Runtime, click: Click) -> None:
    """End a subscription: who made it, an operator or an admin may."""
    actor = runtime.people.actor(click.user)
    with runtime.session() as session:
        row = session.get(Subscription, int(click.value), with_for_update=True) if click.value.isdigit() else None
        if row is None or not row.active:
            said = "That subscription has ended already."
        elif actor.id != row.created_by and not actor.roles & {Role.OPERATOR, Role.ADMIN}:
            said = "Only who made a subscription, an operator or an admin may end it."
        else:
            row.active = False
            audit.append(session, actor.id, "subscription.ended", str(row.id), {})
            said = f"Ended: {describe(row)}."
    clicks.whisper(runtime, click.where, said)
