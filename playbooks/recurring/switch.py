"""Whether a recurring playbook proposes: as its file says, or as an operator switched it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from config import access
from config.access import Actor, Allowed, Denied, Permission
from db import audit
from db.tables import RecurringSwitch
from playbooks.schema import Playbook


@dataclass(frozen=True)
class SwitchState:
    """On or off; `by` is the id of who switched it so, with `name` and `at`; None where the file says so."""

    on: bool
    by: str | None = None
    name: str = ""
    at: datetime | None = None


def state(session: Session, playbook: Playbook) -> SwitchState:
    """Off holds whatever becomes of the file; on holds for the file as it was then, and after an edit the file decides
    again. A playbook in mode notify proposes nothing, switched on or not.
    """
    row = session.get(RecurringSwitch, playbook.name)
    by_file = playbook.recurring is not None and playbook.recurring.active
    if row is None or (row.on and row.playbook_digest != playbook.digest()):
        return SwitchState(by_file and playbook.mode == "approve")
    return SwitchState(row.on and playbook.mode == "approve", row.set_by, row.set_by_name, row.set_at)


def set_switch(session: Session, playbook: Playbook, actor: Actor, now: datetime, *, on: bool) -> Allowed | Denied:
    """Switch a playbook on or off; a refusal is audited too. The caller commits."""
    decision = access.check(actor, Permission.RUN_FLOW)
    if isinstance(decision, Allowed) and (objection := _objection(playbook)):
        decision = Denied(objection)
    if isinstance(decision, Denied):
        audit.append(session, actor.id, "playbook.denied", playbook.name, {"reason": decision.reason})
        return decision
    session.merge(
        RecurringSwitch(
            playbook=playbook.name,
            on=on,
            playbook_digest=playbook.digest(),
            set_by=actor.id,
            set_by_name=actor.name or actor.id,
            set_at=now,
        )
    )
    details = {"digest": playbook.digest()}
    audit.append(session, actor.id, f"playbook.switched_{'on' if on else 'off'}", playbook.name, details)
    return decision


def _objection(playbook: Playbook) -> str | None:
    if playbook.recurring is None:
        return f"{playbook.name} does not recur; “recurring:” in its file makes it."
    if playbook.mode != "approve":
        return f"{playbook.name} only tells (mode {playbook.mode}); “mode: approve” in its file lets people approve it."
    return None
