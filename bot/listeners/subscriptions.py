"""Subscriptions: a digest or a question of one's own, into a channel, daily or
weekly, at an hour of one's own time zone.
"""

from datetime import date
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from bot.cards.elements import inputs
from bot.cards.elements.blocks import Block
from bot.cards.messages import subscribe as card
from bot.listeners import clicks, questions, scopes
from bot.listeners.clicks import Click, Listeners, Submission
from bot.listeners.questions import IncomingQuestion
from bot.process.runtime import Runtime
from bot.slack import inbox
from bot.slack.errors import Recipient
from config import access, logs
from config.access import Denied, Permission
from db.tables import Subscription
from domain.subscriptions import describe, end, event_of, make_due, may_end, subscribe


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("subscribe_open", open_subscribe)
    listeners.click("subscription_stop", stop)
    listeners.submit("subscribe", save, validate)


def open_subscribe(runtime: Runtime, click: Click) -> None:
    """Ask what, where and when."""
    channel = click.channel if click.channel.startswith(("C", "G")) else None
    view = modal_for(runtime, click.where, clicks.about(click), channel)
    if view is not None:
        clicks.open_modal(runtime, click, view)


def modal_for(runtime: Runtime, where: Recipient, about: str, channel: str | None, question: str = "") -> Block | None:
    """The modal for a person, perhaps with a question; None, and a private sentence, where they may not subscribe."""
    actor = runtime.people.actor(str(where.user))
    if isinstance(denied := access.check(actor, Permission.SUBSCRIBE), Denied):
        clicks.post_ephemeral(runtime, where, denied.reason)
        return None
    with runtime.session() as session:
        visible = scopes.visible(session, actor)
    return card.modal(about, visible, channel, _zone(runtime.people.profile(str(where.user)).timezone), question)


def validate(runtime: Runtime, submission: Submission) -> dict[str, str]:
    """The error messages of the fields."""
    errors = {}
    if submission.values.get("what") == "question" and not str(submission.values.get("question") or "").strip():
        errors["question"] = "Write the question that is to be answered."
    if not submission.values.get("days"):
        errors["days"] = "Tick a day at least."
    return errors


def save(runtime: Runtime, submission: Submission) -> None:
    """Store the subscription and say so where it will arrive."""
    actor, values = runtime.people.actor(submission.user), submission.values
    if isinstance(denied := access.check(actor, Permission.SUBSCRIBE), Denied):
        clicks.post_ephemeral(runtime, submission.where, denied.reason)
        return
    what, scope = str(values.get("what") or "daily"), inputs.chosen_scope(values.get("scope"))
    question = logs.without_secrets(str(values.get("question") or "")).strip() if what == "question" else ""
    days = sorted({int(day) for day in values.get("days") or [] if str(day).isdigit() and int(day) < 7})
    hour, _, minute = str(values.get("time") or "09:00").partition(":")
    row = Subscription(
        channel=str(values.get("channel") or submission.user),
        kind="question" if question else "digest",
        scope=scope,
        question=question or None,
        frequency="weekly" if what == "weekly" else "daily",
        weekdays=days if 0 < len(days) < 7 else None,
        at_hour=int(hour),
        at_minute=int(minute or 0),
        timezone=_zone(str(values.get("zone") or "UTC")),
        active=True,
    )
    with runtime.session() as session:
        notice = subscribe(session, row, actor, runtime.clock())
    if notice:
        clicks.post_ephemeral(runtime, submission.where, notice)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
    return name


def ask_due(runtime: Runtime) -> int:
    """Ask the subscribed questions that are due, as the people who subscribed
    them; each once per day, whichever bot comes first.
    """
    return make_due(runtime.database, "question", runtime.clock(), partial(_ask, runtime))


def _ask(runtime: Runtime, session: Session, row: Subscription, day: date) -> bool:
    row.last_sent_for = day
    if row.question is None:
        return False
    line = f"Subscribed by {runtime.people.actor(row.created_by).name or 'somebody'}: {row.question}"
    heard = IncomingQuestion(row.created_by, row.channel, row.question, None, addressed=True, asked=line)
    inbox.store(session, event_of(row.id, day), questions.as_body(heard))
    return True


def stop(runtime: Runtime, click: Click) -> None:
    """End a subscription: who made it, an operator or an admin may."""
    actor = runtime.people.actor(click.user)
    with runtime.session() as session:
        row = session.get(Subscription, int(click.value), with_for_update=True) if click.value.isdigit() else None
        if row is None or not row.active:
            notice = "That subscription has ended already."
        elif not may_end(row, actor):
            notice = "Only who made a subscription, an operator or an admin may end it."
        else:
            end(session, row, actor)
            notice = f"Ended: {describe(row)}."
    clicks.post_ephemeral(runtime, click.where, notice)
