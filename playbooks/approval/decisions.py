"""Remediations for the command line and the API: list, show, decide, each in a transaction of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Denied, may_see_change
from config.errors import UserError
from db.database import Database
from db.tables import Remediation
from playbooks.approval.choosing import choose_and_approve
from playbooks.approval.lifecycle import Approved, approve, may_approve, reject, snooze, withdraw
from playbooks.approval.options import options_of
from playbooks.approval.undo import request_undo
from playbooks.notifications import summarise
from playbooks.proposals.plan import shown_steps
from playbooks.schema import Playbook, read_playbooks

Kind = Literal["approve", "reject", "choose", "snooze", "withdraw", "undo"]
_LINE = ("id", "state", "playbook", "account", "team", "expected_monthly_savings", "requested_by")
_ROW = (*_LINE, "currency", "reason", "requester_name", "requested_at", "expires_at", "finished_at", "undo_of")
_LOOKED_AT = 1_000


def listed(database: Database, limit: int = 50) -> list[dict[str, Any]]:
    """The newest remediations, one row each."""
    with Session(database.app) as session:
        rows = session.scalars(sa.select(Remediation).order_by(Remediation.id.desc()).limit(limit)).all()
    return [_fields(row, _LINE) for row in rows]


def visible(database: Database, actor: Actor, state: str | None, limit: int) -> list[dict[str, Any]]:
    """Of the newest thousand remediations those that the actor may see, a row each: what it is in a sentence, how many
    resources, whether an approval of the actor would count.
    """
    now, playbooks = datetime.now(UTC), read_playbooks()
    statement = sa.select(Remediation).order_by(Remediation.id.desc()).limit(_LOOKED_AT)
    if state is not None:
        statement = statement.where(Remediation.state == state)
    with Session(database.app) as session:
        rows = [row for row in session.scalars(statement) if may_see_change(actor, row.team, row.playbook)][:limit]
        return [
            {
                **_fields(row, _ROW),
                **_audited_details(row, playbooks),
                "may_approve": may_approve(session, row.id, actor, now, playbooks),
            }
            for row in rows
        ]


def _fields(row: Remediation, names: Sequence[str]) -> dict[str, Any]:
    return {name: float(value) if isinstance(value := getattr(row, name), Decimal) else value for name in names}


def _audited_details(row: Remediation, playbooks: Mapping[str, Playbook]) -> dict[str, Any]:
    """`what` is done to how many `resources`: `Stop 4 idle instances`."""
    count = len({step["resource_id"] for step in shown_steps(row.plan, row.plan_digest)})
    playbook = playbooks.get(row.playbook)
    what = row.playbook if playbook is None else playbook.title
    if playbook is not None and playbook.headline:
        what = playbook.headline.format(count=count, s="" if count == 1 else "s")
    return {"what": what, "resources": count}


def shown(database: Database, remediation_id: int, actor: Actor | None = None) -> dict[str, Any]:
    """One remediation in full, for an actor with what they may do about it. Raises `UserError` when there is none."""
    playbooks = read_playbooks()
    with Session(database.app) as session:
        remediation = session.get(Remediation, remediation_id)
        if remediation is None:
            raise UserError(
                f"There is no remediation {remediation_id}; `finops remediations list` shows what there is."
            )
        summary = {
            **summarise(session, remediation, playbooks.get(remediation.playbook)),
            **_audited_details(remediation, playbooks),
            "plan": remediation.plan,
        }
        if actor is None:
            return summary
        return {**summary, **asdict(options_of(session, remediation, actor, datetime.now(UTC), playbooks))}


def decide(
    database: Database,
    remediation_id: int,
    actor: Actor,
    decision: Kind,
    text: str | None,
    resources: Sequence[str] = (),
    *,
    days: int = 7,
    approves: bool = False,
) -> str | Denied:
    """Decide from the command line or the API, in a transaction of its own; the sentence says what follows. `resources`
    and `approves` go with choose, `days` with snooze, `text` is a reason or what had to be typed.
    """
    now, playbooks = datetime.now(UTC), read_playbooks()
    reason = text or "no reason given"
    with Session(database.app) as session, session.begin():
        if decision == "reject":
            rejected = reject(session, remediation_id, actor, now, reason, playbooks)
            return rejected if isinstance(rejected, Denied) else f"Remediation {remediation_id} is rejected."
        if decision == "snooze":
            until = snooze(session, remediation_id, actor, now, days, reason, playbooks)
            if isinstance(until, Denied):
                return until
            return f"Remediation {remediation_id} is snoozed until {until.day} {until:%b}."
        if decision == "withdraw":
            taken_back = withdraw(session, remediation_id, actor, now, reason, playbooks)
            sentence = f"The approval of remediation {remediation_id} is taken back."
            return taken_back if isinstance(taken_back, Denied) else sentence
        if decision == "undo":
            undo = request_undo(session, remediation_id, actor, now, playbooks)
            return undo if isinstance(undo, Denied) else f"Undo {undo.id} of remediation {remediation_id} starts."
        if decision == "choose":
            made = choose_and_approve(session, remediation_id, actor, now, resources, playbooks, approves=approves)
            if isinstance(made, Remediation):
                return f"Remediation {made.id} for {len(set(resources))} of them is {made.state}."
        else:
            made = approve(session, remediation_id, actor, now, playbooks, text)
    return made if isinstance(made, Denied) else _counted(made)


def _counted(approved: Approved) -> str:
    if approved.complete:
        return f"Remediation {approved.remediation_id} is approved."
    return f"Counted; {approved.missing} more approval needed."
