"""How far the fixes of an insight have come: shown on its cards, whoever moved them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import Insight, Remediation, Saving
from domain.insight_cards import redraw, say
from playbooks.run import ledger

OPEN = ("proposed", "approved", "running")
_OVER = ("rejected", "expired", "undone")
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
    shown = sa.select(Insight.id, Insight.evidence["fixes"]).where(Insight.id.in_(fixes))
    for number, before in session.execute(shown).all():
        present = _present(session, fixes[number])
        if present != before:
            _show(session, number, present)


def open_fix(session: Session, insight: int) -> Remediation | None:
    """A proposal for the insight that is still to be decided, or runs."""
    waiting = sa.select(Remediation).where(Remediation.insight_id == insight, Remediation.state.in_(OPEN))
    return session.scalar(waiting.where(Remediation.undo_of.is_(None)).order_by(Remediation.id).limit(1))


def _show(session: Session, number: int, present: list[dict[str, Any]]) -> None:
    insight = session.get(Insight, number, with_for_update={"skip_locked": True}, populate_existing=True)
    if insight is None or insight.evidence.get("fixes") == present:  # another bot has it in hand, or had it
        return
    before = insight.evidence.get("fixes") or []
    insight.evidence = {**insight.evidence, "fixes": present}
    redraw(session, insight, f"fixes:{','.join(map(_stage, present))}")
    for fix in present:
        if fix not in before:
            where = f" in {fix['account']}" if fix["account"] else ""
            says = fix["verdict"] or fix["reason"]
            line = f"Remediation {fix['id']}{where} is {fix['state']}{f' ({says})' if says else ''}."
            say(session, insight, line, f"fix:{_stage(fix)}")


def _stage(fix: dict[str, Any]) -> str:
    return f"{fix['id']}={fix['state']}{'+' if fix['verdict'] else ''}"


def _present(session: Session, fixes: Sequence[Remediation]) -> list[dict[str, Any]]:
    """Those that led to something or still may; where none did, the last one."""
    told = [fix for fix in fixes if fix.state not in _OVER] or list(fixes[-1:])
    return [
        {
            "id": fix.id,
            "state": fix.state,
            "account": fix.account,
            "channel": fix.channel,
            "reason": fix.reason,
            "verdict": _verdict(session, fix),
        }
        for fix in told
    ]


def _verdict(session: Session, fix: Remediation) -> str | None:
    """What the bill said of it, once it has said all."""
    savings = session.scalars(sa.select(Saving).where(Saving.remediation_id == fix.id).order_by(Saving.id)).all()
    return ledger.verdict(savings) if savings and all(saving.status != "pending" for saving in savings) else None
