"""The buttons of an alert: investigate, declare expected, snooze, assign,
propose a fix; each changes the one insight and its card.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from aws.clients import cloud_of
from bot.cards.messages import alert, why
from bot.listeners import clicks
from bot.listeners.clicks import Click, Listeners, Submission
from bot.runtime import Runtime
from bot.slack.errors import Recipient
from config import access
from config.access import Actor, Denied, Permission
from db import audit, outbox
from db.message_keys import insight_key
from db.messages import Assignment, Why
from db.tables import Insight, Remediation
from domain.fixes import open_fix
from domain.insight_cards import payload_of, redraw
from domain.insights import decide
from playbooks.planning import NothingToDo, candidates
from playbooks.proposing import propose_all
from playbooks.schema import read_playbooks

if TYPE_CHECKING:
    from playbooks.plan import Target

_GONE = "That insight is no longer kept."


def register(listeners: Listeners) -> None:
    """Attach the listeners of this file."""
    listeners.click("insight_investigate", investigate)
    listeners.click("insight_expected", _opens("insight_expected", "Expected", "Why was this expected?"))
    listeners.click("insight_snooze", _opens("insight_snooze", "Snooze", "Why can it wait?"))
    listeners.click("insight_assign", open_assign)
    listeners.click("insight_feedback", keep_feedback)
    listeners.click("insight_propose", propose_fix)
    listeners.submit("insight_expected", lambda runtime, submission: _close(runtime, submission, "expected"))
    listeners.submit("insight_snooze", lambda runtime, submission: _close(runtime, submission, "snoozed"))
    listeners.submit("insight_assign", assign)


def _find(
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
        outcome = _find(session, runtime, click.where, click.value, Permission.READ)
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
        outcome = _find(
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
        outcome = _find(
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
    """Useful or noise: the precision of alerts is counted from it, and after
    noise the next one of its kind has to be half as large again.
    """
    number, _, verdict = click.value.partition(":")
    noise = verdict != "yes"
    with runtime.session() as session:
        outcome = _find(session, runtime, click.where, number, Permission.TRIAGE_INSIGHT)
        if not isinstance(outcome, str):
            insight, actor = outcome
            insight.feedback = "noise" if noise else "useful"
            audit.append(session, actor.id, "insight.feedback", str(insight.id), {"feedback": insight.feedback})
            if noise and insight.kind == "anomaly" and insight.status in ("open", "acknowledged"):
                insight.status, insight.closed_at = "resolved", runtime.clock()
                insight.status_reason = (
                    f"noise, says {actor.name or actor.id}; the next one here must be half as large again to be told"
                )
                redraw(session, insight, f"noise:{insight.closed_at.isoformat()}")
    notice = (
        "Noted as noise: closed, and the next one here must be half as large again to be told."
        if noise
        else "Thank you, noted."
    )
    clicks.post_ephemeral(runtime, click.where, outcome if isinstance(outcome, str) else notice)


def propose_fix(runtime: Runtime, click: Click) -> None:
    """Look at the live resources and leave a frozen plan as a proposal; who presses is its requester."""
    with runtime.session() as session:
        outcome = _find(session, runtime, click.where, click.value, Permission.REQUEST_REMEDIATION)
        if isinstance(outcome, str):
            notice: str | None = outcome
        else:
            insight, actor = outcome
            waiting = open_fix(session, insight.id)
            notice = _already(waiting) if waiting else None
            number, name, wanted = (
                insight.id,
                insight.playbook or "",
                _Wanted(insight.resource_id, insight.team, insight.account),
            )
    if notice is None:
        notice = _propose(runtime, actor, number, name, wanted)
    clicks.post_ephemeral(runtime, click.where, notice)


def _already(fix: Remediation) -> str:
    where = f" in {fix.channel}" if fix.channel else ""
    return f"A fix is {fix.state} already: remediation {fix.id}{where}."


@dataclass(frozen=True)
class _Wanted:
    """Which recommendations belong to an insight."""

    resource_id: str | None
    team: str | None
    account: str | None

    def fits(self, target: "Target") -> bool:
        """The very resource, else everything of the team and the account."""
        if self.resource_id:
            return target.resource_id == self.resource_id
        return self.team in (None, target.team) and self.account in (None, target.account)


def _propose(runtime: Runtime, actor: Actor, insight: int, name: str, wanted: _Wanted) -> str:
    """The cloud is asked after the insight's lock is given back; the sentence says what came of it."""

    playbook, now = read_playbooks().get(name), runtime.clock()
    if playbook is None:
        return "No playbook fits this any more."
    cloud = cloud_of(runtime.settings, runtime.organisation.remediation)
    with runtime.session() as session:
        ids = frozenset(target.resource_id for target in candidates(session, playbook, now) if wanted.fits(target))
        if not ids:
            return "Nothing to propose: no recommendation of this is open."
        made = propose_all(
            session, playbook, cloud, runtime.organisation, actor.id, now, resource_ids=ids, insight_id=insight
        )
    if isinstance(made, NothingToDo):
        return f"Nothing to propose: {made.reason}."
    return (
        f"Proposed {len(made)} change{'' if len(made) == 1 else 's'} in the team's channel; somebody else has to "
        "approve."
    )
