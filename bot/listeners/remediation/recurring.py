"""Recurring clean-ups in Slack: the list, a card, switching on and off, approving the next runs until a day."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from bot.cards.messages.remediation import recurring
from bot.listeners import clicks
from bot.listeners.clicks import Click, Listeners, Submission
from bot.process.runtime import Runtime
from bot.slack.errors import Recipient
from config.access import Actor, Denied, may_see_team
from db.outgoing.remediation_messages import RecurringFields
from playbooks.recurring import standing, switch
from playbooks.recurring.overview import overview, redraw
from playbooks.recurring.standing import MOST_DAYS, ApprovalRequest
from playbooks.schema import Playbook, read_playbooks

_DEFAULT = timedelta(days=30)
_NONE = "No playbook recurs: “recurring:” in a playbook's file makes it (docs/playbooks.md)."
_GONE = "That playbook does not recur any more."
_NO_DAY = "Choose the day until which the runs are approved."


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("recurring_open", show_one)
    listeners.click("recurring_on", lambda runtime, click: _switch(runtime, click, on=True))
    listeners.click("recurring_off", lambda runtime, click: _switch(runtime, click, on=False))
    listeners.click("recurring_approve", ask_until)
    listeners.click("recurring_withdraw", withdraw)
    listeners.submit("recurring_approve", on_approved)


def show_all(runtime: Runtime, where: Recipient) -> None:
    """`/finops recurring`: the list, or the card where there is one; what it would have saved counts what the person
    may see.
    """
    books = [playbook for playbook in read_playbooks().values() if playbook.recurring is not None]
    actor = runtime.people.actor(str(where.user))
    with runtime.session() as session:
        cards = [_fields(runtime, session, playbook, actor) for playbook in books]
    if not cards:
        clicks.post_ephemeral(runtime, where, _NONE)
    else:
        clicks.show(runtime, where, recurring.card(cards[0]) if len(cards) == 1 else recurring.listing(cards))


def show_one(runtime: Runtime, click: Click) -> None:
    """Its card, for who pressed."""
    playbook = _named(click.value)
    if playbook is None:
        clicks.post_ephemeral(runtime, click.where, _GONE)
        return
    with runtime.session() as session:
        fields = _fields(runtime, session, playbook, runtime.people.actor(click.user))
    clicks.show(runtime, click.where, recurring.card(fields))


def ask_until(runtime: Runtime, click: Click) -> None:
    """The modal, bound to the file as it is now."""
    playbook = _named(click.value)
    if playbook is None:
        clicks.post_ephemeral(runtime, click.where, _GONE)
        return
    with runtime.session() as session:
        fields = _fields(runtime, session, playbook, runtime.people.actor(click.user))
    until = (runtime.clock() + _DEFAULT).date()
    about = clicks.about(click, playbook=playbook.name, digest=playbook.digest())
    clicks.open_modal(runtime, click, recurring.approve_modal(fields, about, until, MOST_DAYS))


def on_approved(runtime: Runtime, submission: Submission) -> None:
    """Store the approval of the next runs."""
    try:
        until = date.fromisoformat(str(submission.values.get("until")))
    except ValueError:
        clicks.post_ephemeral(runtime, submission.where, _NO_DAY)
        return
    typed = submission.values.get("confirmation")
    request = ApprovalRequest(until, None if typed is None else str(typed), str(submission.about.get("digest")))

    def give(session: Session, playbook: Playbook, actor: Actor) -> Denied | None:
        made = standing.give(session, playbook, actor, runtime.organisation, request, runtime.clock())
        return made if isinstance(made, Denied) else None

    _decide(runtime, submission.where, str(submission.about.get("playbook")), give)


def withdraw(runtime: Runtime, click: Click) -> None:
    """End the approvals of the next runs."""

    def end(session: Session, playbook: Playbook, actor: Actor) -> Denied | None:
        ended = standing.withdraw(session, playbook, actor, runtime.clock())
        return ended if isinstance(ended, Denied) else None

    _decide(runtime, click.where, click.value, end)


def _switch(runtime: Runtime, click: Click, *, on: bool) -> None:
    def turn(session: Session, playbook: Playbook, actor: Actor) -> Denied | None:
        done = switch.set_switch(session, playbook, actor, runtime.clock(), on=on)
        return done if isinstance(done, Denied) else None

    _decide(runtime, click.where, click.value, turn)


def _decide(
    runtime: Runtime, where: Recipient, name: str, decision: Callable[[Session, Playbook, Actor], Denied | None]
) -> None:
    """In one transaction, which keeps a refusal in the audit log too; who pressed sees the card as it is then."""
    playbook = _named(name)
    if playbook is None:
        clicks.post_ephemeral(runtime, where, _GONE)
        return
    actor = runtime.people.actor(str(where.user))
    with runtime.session() as session:
        denied = decision(session, playbook, actor)
        fields: Any = None
        if denied is None:
            redraw(session, playbook, runtime.organisation, runtime.clock())
            fields = _fields(runtime, session, playbook, actor)
    if denied is not None:
        clicks.post_ephemeral(runtime, where, denied.reason)
    else:
        clicks.show(runtime, where, recurring.card(fields))


def _fields(runtime: Runtime, session: Session, playbook: Playbook, actor: Actor) -> RecurringFields:
    visible = partial(may_see_team, actor)
    return overview(session, playbook, runtime.organisation, runtime.clock(), visible=visible)


def _named(name: str) -> Playbook | None:
    """The recurring playbook that a button names."""
    playbook = read_playbooks().get(name)
    return playbook if playbook is not None and playbook.recurring is not None else None
