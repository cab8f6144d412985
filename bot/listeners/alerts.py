"""The buttons of an alert: investigate, declare expected, snooze, assign; each changes the one insight and its card."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.cards.messages import alert
from bot.cards.messages.answers import why
from bot.listeners import clicks
from bot.listeners.clicks import Click, Listeners, Submission
from bot.process.runtime import Runtime
from bot.slack.errors import Recipient
from config import access
from config.access import Actor, Denied, Permission
from config.organisation import LEVELS
from db import audit
from db.outgoing import outbox
from db.outgoing.message_keys import insight_key
from db.outgoing.messages import Assignment, Why
from db.tables import Insight
from domain.insights import FEWER, LIVE, Feedback, decide, give_feedback
from domain.messages.insight_cards import payload_of, redraw

_GONE = "That insight is no longer kept."


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("insight_investigate", investigate)
    listeners.click("insight_expected", _opens("insight_expected", "Expected", "Why was this expected?"))
    listeners.click("insight_snooze", _opens("insight_snooze", "Snooze", "Why can it wait?"))
    listeners.click("insight_assign", open_assign)
    listeners.click("insight_feedback", keep_feedback)
    listeners.click("insight_fewer", ask_fewer)
    listeners.submit("insight_expected", lambda runtime, submission: _close(runtime, submission, "expected"))
    listeners.submit("insight_snooze", lambda runtime, submission: _close(runtime, submission, "snoozed"))
    listeners.submit("insight_assign", assign)
    listeners.submit("insight_noise", keep_noise)
    listeners.submit("insight_fewer", keep_fewer)


def find(
    session: Session, runtime: Runtime, where: Recipient, number: str, action: Permission
) -> tuple[Insight, Actor] | str:
    """The insight under its row lock and who presses, or the sentence that says why not."""
    actor = runtime.people.actor(str(where.user))
    if isinstance(denied := access.check(actor, action), Denied):
        return denied.reason
    insight = (
        session.scalar(sa.select(Insight).where(Insight.id == int(number)).with_for_update())
        if number.isdigit()
        else None
    )
    if insight is None:
        return _GONE
    if not access.may_see_team(actor, insight.team):
        return "That insight belongs to a team whose costs you may not see."
    return insight, actor


def investigate(runtime: Runtime, click: Click) -> None:
    """Post the five W's and the contributions into the alert's thread, once; the insight counts as acknowledged."""
    with runtime.session() as session:
        outcome = find(session, runtime, click.where, click.value, Permission.READ)
        if isinstance(outcome, str):
            notice: str | None = outcome
        else:
            insight, actor = outcome
            notice = None
            payload = Why(type="why", **payload_of(insight))
            if insight.status == "open" and not isinstance(access.check(actor, Permission.TRIAGE_INSIGHT), Denied):
                insight.status = "acknowledged"
                audit.append(session, actor.id, "insight.acknowledged", str(insight.id), {})
            if click.message_ts and not outbox.enqueue(
                session,
                click.channel,
                payload,
                insight_key(insight.id, f"why:{click.channel}:{click.thread}"),
                thread_ts=click.thread,
            ):
                notice = "The details are in the thread already."
    if notice:
        clicks.post_ephemeral(runtime, click.where, notice)
    elif not click.message_ts:  # from the Home tab there is no thread
        clicks.show(runtime, click.where, why.card(payload))


def _opens(callback: str, title: str, ask: str) -> Callable[[Runtime, Click], None]:
    def handler(runtime: Runtime, click: Click) -> None:
        if not _refused(runtime, click):
            clicks.open_modal(
                runtime,
                click,
                alert.reason_modal(callback, clicks.about(click, insight=click.value), title, ask, days=True),
            )

    return handler


def open_assign(runtime: Runtime, click: Click) -> None:
    """Ask who looks after it."""
    if not _refused(runtime, click):
        clicks.open_modal(runtime, click, alert.assign_modal(clicks.about(click, insight=click.value)))


def _refused(runtime: Runtime, click: Click) -> bool:
    denied = access.check(runtime.people.actor(click.user), Permission.TRIAGE_INSIGHT)
    if isinstance(denied, Denied):
        clicks.post_ephemeral(runtime, click.where, denied.reason)
    return isinstance(denied, Denied)


def _close(runtime: Runtime, submission: Submission, status: str) -> None:
    """Set expected or snoozed with reason and expiry."""
    reason, days = str(submission.values.get("reason") or "")[:500], int(submission.values.get("days") or 7)
    with runtime.session() as session:
        outcome = find(
            session, runtime, submission.where, str(submission.about.get("insight")), Permission.TRIAGE_INSIGHT
        )
        if not isinstance(outcome, str):
            insight, actor = outcome
            decide(session, insight, actor, runtime.clock(), status, reason, days, submission.view, submission.about)
    if isinstance(outcome, str):
        clicks.post_ephemeral(runtime, submission.where, outcome)


def assign(runtime: Runtime, submission: Submission) -> None:
    """Set the owner, who is told in the thread."""
    with runtime.session() as session:
        outcome = find(
            session, runtime, submission.where, str(submission.about.get("insight")), Permission.TRIAGE_INSIGHT
        )
        if not isinstance(outcome, str):
            insight, actor = outcome
            insight.owner = str(submission.values["owner"])
            audit.append(session, actor.id, "insight.assigned", str(insight.id), {"owner": insight.owner})
            redraw(session, insight, submission.view)
            assignment = Assignment(
                type="assignment", owner=insight.owner, by=actor.name or actor.id, title=insight.title
            )
            outbox.enqueue(
                session,
                submission.where.channel or "",
                assignment,
                insight_key(insight.id, f"assigned:{submission.view}"),
                thread_ts=submission.where.thread,
            )
    if isinstance(outcome, str):
        clicks.post_ephemeral(runtime, submission.where, outcome)


def keep_feedback(runtime: Runtime, click: Click) -> None:
    """Useful: noted, for the precision of alerts. Noise: why, before anything is closed."""
    number, _, verdict = click.value.partition(":")
    if verdict == "yes":
        _give_feedback(runtime, click.where, number, "useful", "")
    elif not _refused(runtime, click):
        about = clicks.about(click, insight=number)
        clicks.open_modal(
            runtime, click, alert.reason_modal("insight_noise", about, "Noise", "What is wrong with it?", days=False)
        )


def keep_noise(runtime: Runtime, submission: Submission) -> None:
    """After noise the next one of its kind has to be half as large again; an anomaly is closed."""
    reason = str(submission.values.get("reason") or "")[:500] or "no reason given"
    _give_feedback(runtime, submission.where, str(submission.about.get("insight")), "noise", reason)


def ask_fewer(runtime: Runtime, click: Click) -> None:
    """Say what fewer alerts of that scope means, on its own history too, and ask why, before anything changes."""
    with runtime.session() as session:
        outcome = find(session, runtime, click.where, click.value, Permission.TRIAGE_INSIGHT)
        asked, evidence = ("", {}) if isinstance(outcome, str) else (_fewer_of(outcome[0]), outcome[0].evidence)
    if isinstance(outcome, str):
        clicks.post_ephemeral(runtime, click.where, outcome)
    else:
        about = clicks.about(click, insight=click.value)
        modal = alert.reason_modal("insight_fewer", about, "Fewer of these", f"{asked} Why?", days=False)
        clicks.open_modal(runtime, click, {**modal, "blocks": [*alert.levels(evidence), *modal["blocks"]]})


def _fewer_of(insight: Insight) -> str:
    scope = ", ".join(str(value) for value in insight.scope.values()) or "everything"
    return f"Alerts of {scope[:100]} will have to stand out {1 / LEVELS['fewer']:.1f} times as far as usual."


def keep_fewer(runtime: Runtime, submission: Submission) -> None:
    """From the next detection on the insight's scope has the sensitivity `fewer`; Useful on it takes that back."""
    reason = str(submission.values.get("reason") or "")[:500]
    _give_feedback(runtime, submission.where, str(submission.about.get("insight")), FEWER, reason)


def _give_feedback(runtime: Runtime, where: Recipient, number: str, feedback: Feedback, reason: str) -> None:
    with runtime.session() as session:
        outcome = find(session, runtime, where, number, Permission.TRIAGE_INSIGHT)
        if isinstance(outcome, str):
            notice = outcome
        else:
            insight, actor = outcome
            live = insight.status in LIVE
            give_feedback(session, insight, actor, runtime.clock(), feedback, reason)
            notice = "Thank you, noted."
            if feedback == FEWER:
                notice = f"Noted. {_fewer_of(insight)} Useful under this alert takes it back."
            elif feedback == "noise" and insight.kind == "anomaly" and live:
                notice = "Noted as noise: closed, and the next one here must be half as large again to be told."
    clicks.post_ephemeral(runtime, where, notice)
