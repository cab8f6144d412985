"""The kill switch: one row that stops all remediation, read before every step of every run."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import access
from config.access import Actor, Allowed, Denied, Permission
from db import audit
from db.tables import Switch

STOPPED = "All remediation is stopped (/finops stop-all); nothing is started until it is switched on again."


def set_stop_all(session: Session, actor: Actor, now: datetime, on: bool) -> Allowed | Denied:
    """Turn it on or off; a refusal is audited too. The caller commits."""
    decision = access.check(actor, Permission.STOP_ALL)
    if isinstance(decision, Allowed):
        session.merge(Switch(name="stop_all", on=on, set_by=actor.id, set_at=now))
        audit.append(session, actor.id, "remediation.stop_all" if on else "remediation.resume_all", "all", {})
    else:
        audit.append(session, actor.id, "remediation.denied", "all", {"reason": decision.reason})
    return decision


def is_stopped(session: Session) -> bool:
    """Whether the kill switch is on."""
    return bool(session.scalar(sa.select(Switch.on).where(Switch.name == "stop_all")))
