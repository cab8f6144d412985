"""Bearer tokens: made once, stored as a digest, scoped, expiring."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.access import Actor, Denied, Permission, check
from config.errors import UserError
from config.organisation import Organisation
from db import audit
from db.database import Database
from db.tables import ApiToken, WebSession

Scope = Literal["read", "ask", "write"]
SCOPES: tuple[Scope, ...] = ("read", "ask", "write")
_PREFIX = "fops_"


@dataclass(frozen=True)
class Bearer:
    """Who a valid token belongs to, and what it may be used for."""

    person: str
    scopes: frozenset[str]


def is_ours(token: str) -> bool:
    """Whether a bearer token looks like one that was made here."""
    return token.startswith(_PREFIX)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(session: Session, person: str, scopes: tuple[Scope, ...], now: datetime, lifetime: timedelta, by: str) -> str:
    """A new token for a person of finops.yaml; this is the only time it can be read. The caller commits."""
    token = _PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(digest=_digest(token), person=person, scopes=list(scopes), created_at=now, expires_at=now + lifetime)
    )
    audit.append(
        session, by, "token.issued", person, {"scopes": list(scopes), "expires_at": (now + lifetime).isoformat()}
    )
    return token


def revoke(session: Session, person: str, now: datetime, by: str) -> int:
    """End all tokens of a person and their sessions at the page; returns how many there were. The caller commits."""
    rows = session.scalars(sa.select(ApiToken).where(ApiToken.person == person, ApiToken.revoked_at.is_(None))).all()
    for row in rows:
        row.revoked_at = now
    ended = session.scalars(sa.delete(WebSession).where(WebSession.person == person).returning(WebSession.id)).all()
    audit.append(session, by, "token.revoked", person, {"tokens": len(rows), "sessions": len(ended)})
    return len(rows) + len(ended)


def find(session: Session, token: str, now: datetime) -> Bearer | None:
    """The bearer of a token; None when it is unknown, expired or revoked."""
    row = session.scalar(sa.select(ApiToken).where(ApiToken.digest == _digest(token)))
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    return Bearer(row.person, frozenset(row.scopes))


def issue_for(
    database: Database, organisation: Organisation, actor: Actor, person: str, scopes: tuple[str, ...], days: int
) -> str:
    """A token made on the command line. Raises `UserError` when the actor may not, or person or scope are unknown."""
    _must_manage(actor)
    if person not in {one.id for one in organisation.people}:
        raise UserError(f"finops.yaml has no person {person!r}; add them under `people:` first.")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise UserError(f"Unknown scope {', '.join(unknown)}; there are {', '.join(SCOPES)}.")
    requested_scopes = tuple(scope for scope in SCOPES if scope in scopes)
    with Session(database.app) as session, session.begin():
        return issue(session, person, requested_scopes, datetime.now(UTC), timedelta(days=days), actor.id)


def revoke_for(database: Database, actor: Actor, person: str) -> int:
    """End a person's tokens and sessions from the command line. Raises `UserError` when the actor may not, or there are
    none.
    """
    _must_manage(actor)
    with Session(database.app) as session, session.begin():
        ended = revoke(session, person, datetime.now(UTC), actor.id)
        if not ended:
            raise UserError(
                f"{person} holds no token and no session that could be revoked; they are held by ids of finops.yaml."
            )
        return ended


def _must_manage(actor: Actor) -> None:
    decision = check(actor, Permission.MANAGE_TOKENS)
    if isinstance(decision, Denied):
        raise UserError(decision.reason)
