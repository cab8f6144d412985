"""The audit log: append-only and hash-chained, so that any edit, deletion or gap shows."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db.tables import AuditEntry

_LOCK = 7_113_002  # advisory lock of the transaction: entries are numbered one after the other
GENESIS = "0" * 64
_TEXT_CAP = 20_000


@dataclass(frozen=True)
class Intact:
    """The chain holds; `entries` of them, the newest hash for keeping elsewhere."""

    entries: int
    head: str


@dataclass(frozen=True)
class Broken:
    """The chain breaks at an entry."""

    entry: int
    reason: str


def append(session: Session, actor: str, action: str, subject: str, details: dict[str, Any] | None = None) -> AuditEntry:
    """Add an entry in the caller's transaction; it is there when, and only when, what it tells about is."""
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = session.execute(sa.select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).one_or_none()
    number, previous = (last.id + 1, last.hash) if last else (1, GENESIS)
    text = json.dumps(details or {}, default=str)
    content = json.loads(text) if len(text) <= _TEXT_CAP else {"cut": text[:_TEXT_CAP]}
    at = datetime.now(UTC).replace(microsecond=0)
    entry = AuditEntry(
        id=number, at=at, actor=actor[:200], action=action[:100], subject=subject[:500], details=content, previous_hash=previous
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session) -> Intact | Broken:
    """Walk the whole chain; `Broken` names the first entry that was edited, or before which one is missing."""
    previous, number = GENESIS, 0
    for entry in session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        number += 1
        if entry.id != number:
            return Broken(number, f"entry {number} is missing")
        if entry.previous_hash != previous:
            return Broken(number, f"entry {number} does not follow entry {number - 1}")
        if _hash(entry) != entry.hash:
            return Broken(number, f"entry {number} was changed")
        previous = entry.hash
    return Intact(number, previous)


def _hash(entry: AuditEntry) -> str:
    at = entry.at.astimezone(UTC).isoformat()
    body = json.dumps(
        [entry.id, at, entry.actor, entry.action, entry.subject, entry.details, entry.previous_hash], sort_keys=True, ensure_ascii=True
    )
    return hashlib.sha256(body.encode()).hexdigest()
