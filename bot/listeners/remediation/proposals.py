"""The buttons of a proposal: approve, choose, reject, snooze, see, undo, check
again. A button carries an id; the rules and the lock are the playbooks' own.
"""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from aws.clients import cloud_of
from bot.cards import opening
from bot.cards.messages import alert
from bot.cards.messages.remediation import proposal_modals
from bot.listeners import clicks
from bot.listeners.clicks import Click, Listeners, Submission
from bot.process.runtime import Runtime
from bot.slack.errors import Recipient
from config import access
from config.access import Actor, Denied
from db.outgoing.remediation_messages import RemediationFields
from db.tables import Remediation
from playbooks.approval.choosing import choose_and_approve
from playbooks.approval.lifecycle import approve, may_approve, reject, snooze, withdraw
from playbooks.approval.options import refusal
from playbooks.approval.undo import request_undo
from playbooks.notifications import summarise
from playbooks.run.log import RunContext
from playbooks.run.recovery import recheck
from playbooks.schema import read_playbooks

_GONE = "That proposal is no longer kept."


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("remediation_approve", on_approve)
    listeners.click("remediation_undo", on_undo)
    listeners.click("remediation_plan", show_plan)
    listeners.click("remediation_look", recheck_run)
    for link in ("remediation_run", opening.ACTION):  # Slack tells of the press of a link all the same
        listeners.click(link, lambda _runtime, _click: None)
    listeners.click(
        "remediation_confirm",
        _opens("approve", lambda _, __, summary, about: proposal_modals.confirm_modal(summary, about)),
    )
    listeners.click("remediation_choose", _opens("choose", _choose_modal))
    listeners.click("remediation_reject", _asks("reject", "Reject", "Why not?"))
    listeners.click("remediation_snooze", _asks("snooze", "Snooze", "Why can it wait?", days=True))
    listeners.click("remediation_withdraw", _asks("withdraw", "Withdraw", "Why is it taken back?"))
    listeners.submit("remediation_withdraw", on_withdrawn)
    listeners.submit("remediation_confirm", on_confirmed, _miscounted)
    listeners.submit("remediation_choose", on_chosen)
    listeners.submit("remediation_reject", on_rejected)
    listeners.submit("remediation_snooze", on_snoozed)


def on_approve(runtime: Runtime, click: Click) -> None:
    """Count the approval; the card and its thread tell the rest."""
    _decide(
        runtime,
        click.where,
        lambda session, actor, books: _approve(runtime, session, clicks.number_of(click.value), actor, books, None),
    )


def on_confirmed(runtime: Runtime, submission: Submission) -> None:
    """An approval with what was typed."""
    typed = str(submission.values.get("confirmation") or "")
    _decide(
        runtime,
        submission.where,
        lambda session, actor, books: _approve(runtime, session, _id(submission), actor, books, typed),
    )


def _miscounted(_runtime: Runtime, submission: Submission) -> dict[str, str]:
    """What is wrong with the number typed, while the form is open; the rules hold it against the plan once more."""
    count = submission.about.get("count")
    if count is None or str(submission.values.get("confirmation") or "").strip() == str(count):
        return {}
    return {"confirmation": f"To approve, type {count}: that is how many resources it deletes."}


def on_undo(runtime: Runtime, click: Click) -> None:
    """Leave a remediation that undoes this one and starts by itself."""

    def undo(session: Session, actor: Actor, books: Any) -> Denied | None:
        made = request_undo(session, clicks.number_of(click.value), actor, runtime.clock(), books)
        return made if isinstance(made, Denied) else None

    _decide(runtime, click.where, undo)


def on_chosen(runtime: Runtime, submission: Submission) -> None:
    """Replace the proposal by one for the ticked resources, and approve that
    where who ticked may; nobody can tick what was not in the frozen plan.
    """
    ticked = [
        value for block, values in submission.values.items() if block.startswith("resources_") for value in values or []
    ]

    def narrow(session: Session, actor: Actor, books: Any) -> Denied | None:
        approves = bool(submission.about.get("approves"))
        made = choose_and_approve(session, _id(submission), actor, runtime.clock(), ticked, books, approves=approves)
        return made if isinstance(made, Denied) else None

    _decide(runtime, submission.where, narrow)


def on_rejected(runtime: Runtime, submission: Submission) -> None:
    """Close the proposal with a reason."""

    def close(session: Session, actor: Actor, books: Any) -> Denied | None:
        decided = reject(
            session, _id(submission), actor, runtime.clock(), str(submission.values.get("reason") or ""), books
        )
        return decided if isinstance(decided, Denied) else None

    _decide(runtime, submission.where, close)


def on_withdrawn(runtime: Runtime, submission: Submission) -> None:
    """Take the approval back, while nothing has begun."""

    def take_back(session: Session, actor: Actor, books: Any) -> Denied | None:
        reason = str(submission.values.get("reason") or "")
        decided = withdraw(session, _id(submission), actor, runtime.clock(), reason, books)
        return decided if isinstance(decided, Denied) else None

    _decide(runtime, submission.where, take_back)


def on_snoozed(runtime: Runtime, submission: Submission) -> None:
    """Close the proposal and keep its resources out of new ones for a while."""

    def close(session: Session, actor: Actor, books: Any) -> Denied | None:
        days, reason = int(submission.values.get("days") or 7), str(submission.values.get("reason") or "")
        decided = snooze(session, _id(submission), actor, runtime.clock(), days, reason, books)
        return decided if isinstance(decided, Denied) else None

    _decide(runtime, submission.where, close)


def show_plan(runtime: Runtime, click: Click) -> None:
    """Open the frozen plan."""
    if (summary := _summary(runtime, click)) is not None:
        clicks.open_modal(runtime, click, proposal_modals.plan_modal(summary))


def recheck_run(runtime: Runtime, click: Click) -> None:
    """Look at what nobody knows about; the card and its thread tell what was seen."""
    limits = runtime.organisation.remediation
    run = RunContext(
        runtime.database.app, cloud_of(runtime.settings, limits), limits, read_playbooks(), now=runtime.clock
    )
    outcome = recheck(run, clicks.number_of(click.value), runtime.people.actor(click.user))
    if isinstance(outcome, Denied):
        clicks.post_ephemeral(runtime, click.where, outcome.reason)


def _choose_modal(runtime: Runtime, click: Click, summary: RemediationFields, about: str) -> dict[str, Any]:
    """The checkboxes; its button says whether ticking approves, which it does
    for who could approve the whole and where nothing has to be typed.
    """
    with runtime.session() as session:
        able = may_approve(
            session, clicks.number_of(click.value), runtime.people.actor(click.user), runtime.clock(), read_playbooks()
        )
    approves = able and not summary["typed_confirmation"]
    return proposal_modals.choose_modal(
        summary, json.dumps({**json.loads(about), "approves": approves}), approves=approves
    )


def _approve(
    runtime: Runtime, session: Session, number: int, actor: Actor, books: Any, typed: str | None
) -> Denied | None:
    decided = approve(session, number, actor, runtime.clock(), books, typed)
    return decided if isinstance(decided, Denied) else None


def _decide(runtime: Runtime, where: Recipient, decision: Callable[[Session, Actor, Any], Denied | None]) -> None:
    """Run a decision in one transaction; a refusal is one private sentence, and is kept in the audit log too."""
    with runtime.session() as session:
        denied = decision(session, runtime.people.actor(str(where.user)), read_playbooks())
    if denied is not None:
        clicks.post_ephemeral(runtime, where, denied.reason)
    else:
        runtime.start_soon.set()


def _id(submission: Submission) -> int:
    return clicks.number_of(str(submission.about.get("remediation")))


def _summary(runtime: Runtime, click: Click) -> RemediationFields | None:
    with runtime.session() as session:
        row = session.get(Remediation, clicks.number_of(click.value))
        hidden = row is None or not access.may_see_change(runtime.people.actor(click.user), row.team, row.playbook)
        summary = None if row is None or hidden else summarise(session, row, read_playbooks().get(row.playbook))
    if summary is None:
        clicks.post_ephemeral(runtime, click.where, _GONE)
    return summary


def _opens(
    act: str, view: Callable[[Runtime, Click, RemediationFields, str], dict[str, Any]]
) -> Callable[[Runtime, Click], None]:
    """Opens a form for who may do what it asks; anybody else is told at once why not."""

    def handler(runtime: Runtime, click: Click) -> None:
        if (summary := _summary(runtime, click)) is None:
            return
        with runtime.session() as session:
            actor, number = runtime.people.actor(click.user), clicks.number_of(click.value)
            refused = refusal(session, number, actor, runtime.clock(), read_playbooks(), act)
        if refused is not None:
            clicks.post_ephemeral(runtime, click.where, refused)
            return
        clicks.open_modal(runtime, click, view(runtime, click, summary, clicks.about(click, remediation=click.value)))

    return handler


def _asks(act: str, title: str, ask: str, days: bool = False) -> Callable[[Runtime, Click], None]:
    """Opens a form for a reason."""
    return _opens(
        act,
        lambda _, __, ___, about: alert.reason_modal(f"remediation_{act}", about, title, ask, days=days),
    )
