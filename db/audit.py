"""The audit log: append-only and hash-chained, so that any edit, deletion or gap shows, at its end too."""

import hashlib
import json
import logging
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, SessionTransaction

from config.errors import UserError
from config.processes import private_folder
from db import locks
from db.locks import Lock
from db.tables import AuditEntry, AuditHead

_log = logging.getLogger("audit")
_AUDITED = "audited"  # in a session: entries whose transaction is open
GENESIS = "0" * 64
SHORTENED = "audit.shortened"  # the action under which a removed beginning is noted
_TEXT_CAP = 20_000
ACTOR_CAP = 200  # characters
_EXACT = 2**53  # beyond it a number does not survive the way through JSON unchanged


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


def append(
    session: Session, actor: str, action: str, subject: str, details: dict[str, Any] | None = None
) -> AuditEntry:
    """Add an entry in the caller's transaction; it is there when, and only when, what it tells about is."""
    locks.take(session, Lock.AUDIT)
    last = newest(session)
    number, previous = last.entries + 1, last.head
    content = _storable(json.loads(json.dumps(details or {}, default=str)))
    if len(text := json.dumps(content)) > _TEXT_CAP:
        content = {"cut": text[:_TEXT_CAP]}
    at = datetime.now(UTC).replace(microsecond=0)
    entry = AuditEntry(
        id=number,
        at=at,
        actor=_text(actor)[:ACTOR_CAP],
        action=_text(action)[:100],
        subject=_text(subject)[:500],
        details=content,
        previous_hash=previous,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    session.flush()
    about = {name: getattr(entry, name) for name in ("actor", "action", "subject", "hash")}
    session.info.setdefault(_AUDITED, []).append((entry, {"audit_id": number, **about}))
    return entry


@sa.event.listens_for(Session, "after_commit")
def _log_committed(session: Session) -> None:
    """What was audited is logged once it is certain: without its details, which hold what people asked."""
    if not session.in_nested_transaction():
        for _, about in session.info.pop(_AUDITED, ()):
            _log.info("%s", about["action"], extra=about)


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget_undone(session: Session, _undone: SessionTransaction) -> None:
    """What a rollback took out of the session is not logged; what was audited before a savepoint stays."""
    if _AUDITED in session.info:
        session.info[_AUDITED] = [pair for pair in session.info[_AUDITED] if pair[0] in session]


def note_change(session: Session, actor: str, subject: str, digest: str) -> bool:
    """An entry `config.changed` when the digest of a configuration (finops.yaml,
    the playbooks) is not the one that was noted last; whether it was.

    The caller commits.
    """
    locks.take(session, Lock.AUDIT)
    last = session.scalar(
        sa.select(AuditEntry.details)
        .where(AuditEntry.action == "config.changed", AuditEntry.subject == subject)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    before = (last or {}).get("to")
    if before == digest:
        return False
    append(session, actor, "config.changed", subject, {"from": before, "to": digest})
    return True


def verify(session: Session, heads: Iterable[Intact] = ()) -> Intact | Broken:
    """Walk the whole chain; `Broken` names the first entry that was edited, or is missing.

    The end is held against the row that a trigger keeps, and against heads `kept` outside of the database.
    """
    return _verify_after(session, heads, *_beginning(session))


def _verify_after(session: Session, heads: Iterable[Intact], number: int, previous: str) -> Intact | Broken:
    """`verify` of what follows entry `number`, whose hash is `previous`."""
    head = session.execute(sa.select(AuditHead.entries, AuditHead.hash)).one_or_none()
    head_at = {one.entries: one.head for one in heads if one.entries > number}
    following = sa.select(AuditEntry).where(AuditEntry.id > number).order_by(AuditEntry.id)
    for entry in session.scalars(following.execution_options(yield_per=1000)):
        number += 1
        if entry.id != number:
            return Broken(number, f"entry {number} is missing")
        if entry.previous_hash != previous:
            return Broken(number, f"entry {number} does not follow entry {number - 1}")
        if _hash(entry) != entry.hash:
            return Broken(number, f"entry {number} was changed")
        if head_at.get(number, entry.hash) != entry.hash:
            return Broken(
                number,
                f"entry {number} is not the one whose hash was kept outside of the database; the log was written anew",
            )
        previous = entry.hash
    most = max([*head_at, head.entries if head else 0])
    if most > number:
        return Broken(number + 1, f"entry {number + 1} is missing: the log had {most} entries")
    if number and (head is None or (head.entries == number and head.hash != previous)):
        return Broken(number, "the note of the log's end was changed")
    return Intact(number, previous)


def _beginning(session: Session) -> tuple[int, str]:
    """Number and hash before the first entry: none, or those that an entry of
    the chain itself says were removed by `shorten`.
    """
    first = session.execute(
        sa.select(AuditEntry.id, AuditEntry.previous_hash).order_by(AuditEntry.id).limit(1)
    ).one_or_none()
    if first is not None and first.id > 1:
        removed = {"through": first.id - 1, "hash": first.previous_hash}
        if session.scalar(
            sa.select(AuditEntry.id)
            .where(AuditEntry.action == SHORTENED, AuditEntry.details.contains(removed))
            .limit(1)
        ):
            return first.id - 1, first.previous_hash
    return 0, GENESIS


def shorten(session: Session, before: datetime) -> int:
    """Remove the entries before a moment from the log's beginning, as the owner; how many. The caller commits.

    The chain stays verifiable: an entry says through which number and hash it was cut, and `verify` asks for
    that entry. Raises `UserError` when the chain is broken, for then nothing that could show how may be removed.
    """
    chain = verify(session)
    locks.take(session, Lock.AUDIT)  # only now: the walk over the whole log takes long, and every question waits
    if isinstance(chain, Intact):
        chain = _verify_after(session, (), chain.entries, chain.head)
    if isinstance(chain, Broken):
        raise UserError(
            f"The audit log is not shortened, because it is broken: {chain.reason}. Run `finops audit verify`."
        )
    start, _ = _beginning(session)
    first_kept = session.scalar(sa.select(sa.func.min(AuditEntry.id)).where(AuditEntry.at >= before))
    last = session.execute(
        sa.select(AuditEntry.id, AuditEntry.hash)
        .where(AuditEntry.id < (first_kept or chain.entries + 1))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return 0
    append(session, "system", SHORTENED, "audit log", {"through": last.id, "hash": last.hash, "before": before})
    session.execute(sa.text("ALTER TABLE finops.audit_log DISABLE TRIGGER append_only"))
    removed: int = session.connection().execute(sa.delete(AuditEntry).where(AuditEntry.id <= last.id)).rowcount
    session.execute(sa.text("ALTER TABLE finops.audit_log ENABLE TRIGGER append_only"))
    session.expire_all()
    assert removed == last.id - start
    return removed


def holds(session: Session, entry: AuditEntry) -> bool:
    """Whether an entry is as it was made, and its neighbours are chained to it; `verify` looks at the whole log."""
    beside = sa.select(AuditEntry.id, AuditEntry.hash, AuditEntry.previous_hash)
    rows = {row.id: row for row in session.execute(beside.where(AuditEntry.id.in_((entry.id - 1, entry.id + 1))))}
    before, after = rows.get(entry.id - 1), rows.get(entry.id + 1)
    return (
        _hash(entry) == entry.hash
        and (before is None or before.hash == entry.previous_hash)
        and (after is None or after.previous_hash == entry.hash)
    )


def newest(session: Session) -> Intact:
    """The end of the log as it stands, not verified: one short query."""
    last = session.execute(
        sa.select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    ).one_or_none()
    return Intact(last.id, last.hash) if last else Intact(0, GENESIS)


def keep(folder: Path, intact: Intact) -> None:
    """Write down a head outside of the database, where whoever owns the
    database cannot reach; the same head is written once.
    """
    if not intact.entries or intact in heads_in(folder):
        return
    private_folder(folder)
    path = folder / "audit-heads.jsonl"
    torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + json.dumps(asdict(intact)) + "\n")


def heads_in(folder: Path) -> tuple[Intact, ...]:
    """The heads that `keep` wrote; none when there is no file. A line that cannot be read is left out."""
    try:
        lines = (folder / "audit-heads.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    return tuple(head for line in lines if (head := _head(line)) is not None)


def _head(line: str) -> Intact | None:
    """A kept head; None for a line that a full disk or a kill has torn."""
    try:
        return Intact(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _storable(value: Any) -> Any:
    """What JSONB gives back as it was given: no zero bytes, no half characters,
    no number that it would write differently.
    """
    if isinstance(value, dict):
        return {_text(key): _storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and (
        not math.isfinite(value) or value == 0 or abs(value) >= _EXACT or abs(value) < 1e-4
    ):
        return 0.0 if value == 0 else str(value)
    return value


def _text(value: str) -> str:
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _hash(entry: AuditEntry) -> str:
    at = entry.at.astimezone(UTC).isoformat()
    body = json.dumps(
        [entry.id, at, entry.actor, entry.action, entry.subject, entry.details, entry.previous_hash],
        sort_keys=True,
        ensure_ascii=True,
    )
    return hashlib.sha256(body.encode()).hexdigest()
