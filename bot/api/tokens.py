"""Bearer tokens: made once, stored as a digest, scoped, expiring."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from db import audit
from db.tables import ApiToken

Scope = Literal["read", "ask", "write"]
SCOPES: tuple[Scope, ...] = ("read", "ask", "write")
_PREFIX = "fops_"


@dataclass(frozen=True)
class Bearer:
    """Who a valid token belongs to, and what it may be used for."""

    person: str
    scopes: frozenset[str]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(session: Session, person: str, scopes: tuple[Scope, ...], now: datetime, lifetime: timedelta, by: str) -> str:
    """A new token for a person of finops.yaml; this is the only time it can be read. The caller commits."""
    token = _PREFIX + secrets.token_urlsafe(32)
    session.add(ApiToken(digest=_digest(token), person=person, scopes=list(scopes), created_at=now, expires_at=now + lifetime))
    audit.append(session, by, "token.issued", person, {"scopes": list(scopes), "expires_at": (now + lifetime).isoformat()})
    return token


def revoke(session: Session, person: str, now: datetime, by: str) -> int:
    """End all tokens of a person; returns how many there were. The caller commits."""
    ended = session.execute(
        sa.update(ApiToken).where(ApiToken.person == person, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    ).rowcount
    audit.append(session, by, "token.revoked", person, {"tokens": ended})
    return int(ended)


def find(session: Session, token: str, now: datetime) -> Bearer | None:
    """The bearer of a token; None when it is unknown, expired or revoked."""
    row = session.scalar(sa.select(ApiToken).where(ApiToken.digest == _digest(token)))
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    return Bearer(row.person, frozenset(row.scopes))
