"""Sessions of the web page: a random cookie, stored as a digest, that ends after a working day."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.api.auth.tokens import SCOPES, Bearer
from config.settings import Settings
from db import audit
from db.tables import WebSession

LIFETIME: Final = timedelta(hours=12)
CSRF_HEADER: Final = "x-csrf-token"


def is_secure(settings: Settings) -> bool:
    """Whether people reach the page by https, so that its cookies may travel by nothing else."""
    return (settings.public_url or "").startswith("https://")


def cookie_name(settings: Settings) -> str:
    """Under https the browser itself holds that only this host set the cookie."""
    return "__Host-finops" if is_secure(settings) else "finops"


def csrf_of(secret: str) -> str:
    """What a page sends along with a change: only who can read our answers knows it."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def csrf_fits(secret: str, given: str | None) -> bool:
    """Whether a request's header is the session's."""
    return hmac.compare_digest(csrf_of(secret).encode(), (given or "").encode())


def start(session: Session, person: str, now: datetime) -> str:
    """A new session's cookie; sessions that have ended are removed. The caller commits."""
    secret = secrets.token_urlsafe(32)
    session.execute(sa.delete(WebSession).where(WebSession.expires_at <= now))
    session.add(WebSession(digest=_digest(secret), person=person, created_at=now, expires_at=now + LIFETIME))
    audit.append(session, person, "session.started", person, {"expires_at": (now + LIFETIME).isoformat()})
    return secret


def find(session: Session, secret: str, now: datetime) -> Bearer | None:
    """Whose cookie it is; None when the session is unknown or has ended."""
    row = session.scalar(sa.select(WebSession).where(WebSession.digest == _digest(secret)))
    return None if row is None or row.expires_at <= now else Bearer(row.person, frozenset(SCOPES))


def end(session: Session, person: str, by: str, secret: str | None = None) -> int:
    """End one session of a person, or all; returns how many there were. The caller commits."""
    statement = sa.delete(WebSession).where(WebSession.person == person)
    if secret is not None:
        statement = statement.where(WebSession.digest == _digest(secret))
    ended = len(session.scalars(statement.returning(WebSession.id)).all())
    if ended:
        audit.append(session, by, "session.ended", person, {"sessions": ended})
    return ended


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
