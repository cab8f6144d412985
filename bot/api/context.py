"""What every endpoint needs: the database, the organisation, who calls."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from bot.api.auth import sessions, tokens
from bot.api.auth.oidc import SignIn
from bot.api.http import problems
from bot.api.http.limits import Buckets, Welcome
from bot.fair import Shares
from config.access import Actor, Denied, Permission, check
from config.organisation import Organisation
from config.settings import Settings
from db.database import Database

_bearer = HTTPBearer(
    auto_error=False, description="A token of `finops tokens issue`, or a JWT of the configured sign-in provider"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_READING = ("GET", "HEAD", "OPTIONS")
FIRST_DAY, LAST_DAY = "1970-01-01", "2199-12-31"  # of bills, and of what is said about days to come
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True)
class Context:
    """One per process."""

    settings: Settings
    organisation: Organisation
    database: Database
    answers: Any
    """The dependencies of `nl2sql.ask.ask`."""
    sign_in: SignIn | None = None
    person: Callable[[str], Actor] | None = None
    """Who an id or e-mail is, with what Slack's user groups add; without Slack what finops.yaml says."""
    message_link: Callable[[str, str], str | None] | None = None
    """The address in Slack of a channel's message; without Slack there is none."""
    conversation: Callable[[str], str | None] | None = None
    """The id in Slack of `#channel` or of a person's direct message, None where the bot is not in it; without Slack
    there is none.
    """
    ready: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)
    """Parts without which nothing can be served, and what is not ready about them; None where they are."""
    watched: Mapping[str, Callable[[], str | None]] = field(default_factory=dict)
    """Parts whose trouble is said and stops nobody: the API goes on while Slack is away."""
    buckets: Buckets = field(default_factory=Buckets)
    strangers: Buckets = field(default_factory=lambda: Buckets(rate=1.0, burst=20.0))
    welcome: Welcome = field(default_factory=Welcome)
    shares: Shares = field(default_factory=Shares)

    def actor(self, person: str) -> Actor:
        """Who a person is to us."""
        return self.person(person) if self.person else self.organisation.actor(person)


@dataclass(frozen=True)
class Caller:
    """Who calls, and what the token or the session may be used for."""

    actor: Actor
    scopes: frozenset[str]
    cookie: str | None = None
    """The session's secret, where the call comes from the web page."""


def context_of(request: Request) -> Context:
    """The process's context."""
    context: Context = request.app.state.context
    return context


def caller_of(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Caller:
    """The bearer of the request's token (ours, or a JWT of the configured issuer), else who is signed in at the web
    page. 401 without either, 403 for a change without the page's token, 429 when it calls too often.
    """
    context = context_of(request)
    cookie = None if credentials else request.cookies.get(sessions.cookie_name(context.settings))
    secret = credentials.credentials if credentials else cookie
    if secret is None:
        raise HTTPException(
            401, "Send `Authorization: Bearer TOKEN`; an admin makes one with `finops tokens issue`.", _CHALLENGE
        )
    address = request.client.host if request.client else ""
    if (wait := context.strangers.blocked(address)) and not context.welcome.knows(secret):
        raise _too_many(wait)  # before the token is looked up: guessing costs the database nothing
    bearer = _bearer_of(context, secret) if credentials else _signed_in(context, secret)
    if bearer is None:
        count_stranger(request)
        ended = "Sign in again; this session has ended." if cookie else "This token is unknown, expired or revoked."
        raise HTTPException(401, ended, _CHALLENGE)
    context.welcome.note(secret)
    if not context.organisation.knows(bearer.person):
        raise HTTPException(403, "finops.yaml does not know this person; an admin adds them under `people:`.")
    if (
        cookie
        and request.method not in _READING
        and not sessions.csrf_fits(cookie, request.headers.get(sessions.CSRF_HEADER))
    ):
        raise HTTPException(403, "A change from the page bears the `X-CSRF-Token` that `GET /me` says.")
    actor = context.actor(bearer.person)
    request.state.person = actor.id
    _take(context.buckets, actor.id)
    return Caller(actor, bearer.scopes, cookie)


def reject_unknown_parameters(request: Request) -> None:
    """422 for a parameter that the endpoint does not have: a mistyped filter must not mean everything."""
    route = request.scope["route"]
    parts = (route.dependant, *route.dependant.dependencies)
    names = [field.alias for part in parts for field in part.query_params]
    names += [parameter["name"] for parameter in (route.openapi_extra or {}).get("parameters", ())]
    unknown = sorted(set(request.query_params) - set(names))
    if unknown:
        raise HTTPException(
            422, f"Unknown parameter {', '.join(unknown)[:300]}; there are {', '.join(names) or 'none'}."
        )


def _bearer_of(context: Context, token: str) -> tokens.Bearer | None:
    if not tokens.is_ours(token):
        return context.sign_in.verify(token) if context.sign_in else None
    with Session(context.database.app) as session:
        return tokens.find(session, token, datetime.now(UTC))


def _signed_in(context: Context, cookie: str) -> tokens.Bearer | None:
    with Session(context.database.app) as session:
        return sessions.find(session, cookie, datetime.now(UTC))


def count_stranger(request: Request) -> None:
    """Count a request of somebody unknown against its address; 429 when there were too many."""
    _take(context_of(request).strangers, request.client.host if request.client else "")


def _take(buckets: Buckets, who: str) -> None:
    if wait := buckets.wait(who):
        raise _too_many(wait)


def _too_many(wait: float) -> HTTPException:
    return HTTPException(429, f"Too many requests; try again in {wait:.1f} s.", {"Retry-After": str(int(wait) + 1)})


def needs(action: Permission, scope: tokens.Scope) -> Callable[..., Caller]:
    """A dependency: the caller's token has the scope and one of the caller's roles the permission. 403 otherwise."""

    def dependency(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if scope not in caller.scopes:
            raise HTTPException(403, f"This token may not be used for this; it needs the scope {scope}.")
        decision = check(caller.actor, action)
        if isinstance(decision, Denied):
            raise HTTPException(403, decision.reason)
        return caller

    return dependency


STORABLE = r"^[^\x00]*$"
"""Text that the database can hold."""
Text = Annotated[str, StringConstraints(pattern=STORABLE)]


def _plain_day(value: Any) -> Any:
    if value is not None and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("a day is written 2026-11-15")
    if isinstance(value, str) and not FIRST_DAY <= value <= LAST_DAY:
        raise PydanticCustomError(problems.OUT_OF_REACH, f"a day from {FIRST_DAY} to {LAST_DAY} is wanted")
    return value


PLAIN_DAY = BeforeValidator(_plain_day)
"""Neither a time nor seconds since 1970, which pydantic would take."""


def _whole(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("a whole number is wanted")
    return value


WHOLE = BeforeValidator(_whole)
"""Neither text nor a truth value, which pydantic would take; 7.0 is 7, as JSON Schema has it."""
InContext = Annotated[Context, Depends(context_of)]
Reader = Annotated[Caller, Depends(needs(Permission.READ, "read"))]
Asker = Annotated[Caller, Depends(needs(Permission.ASK, "ask"))]
Subscriber = Annotated[Caller, Depends(needs(Permission.SUBSCRIBE, "write"))]
Triager = Annotated[Caller, Depends(needs(Permission.TRIAGE_INSIGHT, "write"))]
BudgetEditor = Annotated[Caller, Depends(needs(Permission.EDIT_BUDGET, "write"))]
Decider = Annotated[Caller, Depends(needs(Permission.READ, "write"))]
"""May decide as the rules of the remediation say: an approver, or who asked for it and takes it back."""
Writer = Annotated[Caller, Depends(needs(Permission.READ, "write"))]
"""Changes what is the caller's own."""
Auditor = Annotated[Caller, Depends(needs(Permission.READ_AUDIT, "read"))]
Keeper = Annotated[Caller, Depends(needs(Permission.RUN_FLOW, "read"))]
"""Looks after bills and duties, as `finops loads` and `finops quarantine` let an operator."""
ChangingKeeper = Annotated[Caller, Depends(needs(Permission.RUN_FLOW, "write"))]
