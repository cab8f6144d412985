"""Remediations for the command line and the API: list, show, decide, each in a transaction of its own."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Denied
from config.errors import UserError
from db.database import Database
from db.tables import Remediation
from playbooks.approval.lifecycle import approve, reject
from playbooks.notifications import summarise
from playbooks.schema import read_playbooks


def listed(database: Database, limit: int = 50) -> list[dict[str, Any]]:
    """The newest remediations, one row each."""
    with Session(database.app) as session:
        rows = session.scalars(sa.select(Remediation).order_by(Remediation.id.desc()).limit(limit)).all()
    names = ("id", "state", "playbook", "account", "team", "expected_monthly_savings", "requested_by")
    return [
        {name: float(value) if isinstance(value := getattr(row, name), Decimal) else value for name in names}
        for row in rows
    ]


def shown(database: Database, remediation_id: int) -> dict[str, Any]:
    """One remediation in full. Raises `UserError` when there is none."""
    with Session(database.app) as session:
        remediation = session.get(Remediation, remediation_id)
        if remediation is None:
            raise UserError(
                f"There is no remediation {remediation_id}; `finops remediations list` shows what there is."
            )
        return {**summarise(session, remediation, read_playbooks().get(remediation.playbook)), "plan": remediation.plan}


def decide(
    database: Database, remediation_id: int, actor: Actor, decision: Literal["approve", "reject"], text: str | None
) -> str | Denied:
    """Approve or reject from the command line or the API, in a transaction of
    its own; the sentence says what follows.
    """
    now, playbooks = datetime.now(UTC), read_playbooks()
    with Session(database.app) as session, session.begin():
        if decision == "reject":
            rejected = reject(session, remediation_id, actor, now, text or "no reason given", playbooks)
            return rejected if isinstance(rejected, Denied) else f"Remediation {remediation_id} is rejected."
        approved = approve(session, remediation_id, actor, now, playbooks, text)
    if isinstance(approved, Denied):
        return approved
    return (
        f"Remediation {remediation_id} is approved."
        if approved.complete
        else f"Counted; {approved.missing} more approval needed."
    )
