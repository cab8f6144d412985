"""How far the fixes of an insight have come: shown on its cards, whoever moved them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.outgoing.message_keys import remediation_key
from db.tables import Insight, OutboxMessage, Remediation, RemediationStep, Saving
from domain.messages.insight_cards import redraw, say
from playbooks.run import ledger

OPEN = ("proposed", "approved", "running", "ticket")
_OVER = ("rejected", "expired", "undone", "closed")
_SAYS = {
    "succeeded": "is done",
    "partial": "is done in part",
    "failed": "has failed",
    "unknown": "has an unknown outcome",
    "expired": "has expired",
    "ticket": "is asked for by a ticket",
}  # the other states are what it is
_FOLLOWED = timedelta(days=60)  # a verdict comes two weeks after a change, a retry some weeks later


def follow(session: Session, now: datetime) -> None:
    """Redraw the cards that show something else than how far their insight's fixes are, and say in their threads what
    moved. The caller commits.
    """
    fixes = defaultdict(list)
    recent = sa.select(Remediation).where(
        Remediation.insight_id.is_not(None),
        Remediation.undo_of.is_(None),
        Remediation.state != "void",
        Remediation.requested_at > now - _FOLLOWED,
    )
    for remediation in session.scalars(recent.order_by(Remediation.id)):
        fixes[remediation.insight_id].append(remediation)
    numbers = [fix.id for of_insight in fixes.values() for fix in of_insight]
    verdicts, resources = _verdicts(session, numbers), _resources(session, numbers)
    shown = sa.select(Insight.id, Insight.evidence["fixes"], Insight.evidence["resources"]).where(Insight.id.in_(fixes))
    for number, before, of_insight in session.execute(shown).all():
        parts = {fix.id: resources.get(fix.id, set()) & set(of_insight or ()) for fix in fixes[number]}
        smaller = {fix: sorted(part) for fix, part in parts.items() if 0 < len(part) < len(of_insight or ())}
        present = _present(fixes[number], verdicts, smaller)
        if present != before:
            _show(session, number, present)


def open_fix(session: Session, insight: int) -> Remediation | None:
    """A proposal for the insight that is still to be decided, or runs."""
    waiting = sa.select(Remediation).where(Remediation.insight_id == insight, Remediation.state.in_(OPEN))
    return session.scalar(waiting.where(Remediation.undo_of.is_(None)).order_by(Remediation.id).limit(1))


def _verdicts(session: Session, fixes: Iterable[int]) -> dict[int, str]:
    """What the bill said of each fix of which it has said all."""
    savings = defaultdict(list)
    of_them = sa.select(Saving).where(Saving.remediation_id.in_(list(fixes))).order_by(Saving.id)
    for saving in session.scalars(of_them):
        savings[saving.remediation_id].append(saving)
    return {
        number: ledger.verdict(of_fix)
        for number, of_fix in savings.items()
        if all(saving.status != "pending" for saving in of_fix)
    }


def _resources(session: Session, fixes: Iterable[int]) -> dict[int, set[str]]:
    """The resources of each fix."""
    steps = sa.select(RemediationStep.remediation_id, RemediationStep.resource_id)
    found: dict[int, set[str]] = defaultdict(set)
    for fix, resource in session.execute(steps.where(RemediationStep.remediation_id.in_(list(fixes)))):
        found[fix].add(resource)
    return found


def _present(
    fixes: Sequence[Remediation], verdicts: Mapping[int, str], parts: Mapping[int, Sequence[str]]
) -> list[dict[str, Any]]:
    """Those that led to something or still may; where none did, the last one. `part` names the resources of a fix that
    is for some of the insight's only.
    """
    shown = [fix for fix in fixes if fix.state not in _OVER] or list(fixes[-1:])
    return [
        {
            "id": fix.id,
            "state": fix.state,
            "channel": fix.channel,
            "verdict": verdicts.get(fix.id),
            "says": _says(fix, verdicts.get(fix.id) or fix.reason),
            **({"part": list(parts[fix.id])} if fix.id in parts else {}),
        }
        for fix in shown
    ]


def _says(fix: Remediation, why: str | None) -> str:
    """`Remediation 12 in sandbox is rejected (Priya: not now)`."""
    where = f" in {fix.account}" if fix.account else ""
    if fix.state == "rejected":  # the reason begins with who it was
        closed = "withdrawn" if fix.approved_at else "snoozed" if fix.snoozed_until else "rejected"
        return f"Remediation {fix.id}{where} is {closed}{f' by {why}' if why else ''}"
    return f"Remediation {fix.id}{where} {_SAYS.get(fix.state, f'is {fix.state}')}{f' ({why})' if why else ''}"


def _show(session: Session, number: int, present: list[dict[str, Any]]) -> None:
    insight = session.get(Insight, number, with_for_update={"skip_locked": True}, populate_existing=True)
    if insight is None or insight.evidence.get("fixes") == present:  # another bot has it in hand, or had it
        return
    before = insight.evidence.get("fixes") or []
    insight.evidence = {**insight.evidence, "fixes": present}
    redraw(session, insight, f"fixes:{','.join(map(_stage, present))}")
    for fix in present:
        if fix not in before:
            say(session, insight, f"{fix['says']}.", f"fix:{_stage(fix)}", but_in=_channel_of_card(session, fix))


def _channel_of_card(session: Session, fix: Mapping[str, Any]) -> str | None:
    """The channel in which the fix's own card, with its lines, stands in the insight's thread."""
    card = sa.select(OutboxMessage.channel).where(OutboxMessage.key == remediation_key(fix["id"]))
    return session.scalar(card.where(OutboxMessage.thread_key.is_not(None)))


def _stage(fix: Mapping[str, Any]) -> str:
    return f"{fix['id']}={fix['state']}{'+' if fix['verdict'] else ''}"
