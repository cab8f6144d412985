"""What every endpoint needs: the database, the organisation, who calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from sqlalchemy.orm import Session

from access import Action, Actor, Denied, check
from bot.api import tokens
from bot.api.limits import Buckets
from db.engines import Database
from settings import Organisation, Settings


@dataclass(frozen=True)
class Context:
    """One per process."""

    settings: Settings
    organisation: Organisation
    database: Database
    answers: Any
    """The dependencies of `nl2sql.answer.ask`."""
    verify_jwt: Callable[[str], str | None] = lambda _token: None
    buckets: Buckets = field(default_factory=Buckets)


@dataclass(frozen=True)
class Caller:
    """Who calls, and what the token may be used for."""

    actor: Actor
    scopes: frozenset[str]


def context_of(request: Request) -> Context:
    """The process's context."""
    context: Context = request.app.state.context
    return context


def caller_of(request: Request) -> Caller:
    """The bearer of the request's token: ours, or a JWT of the configured issuer. 401 without one, 429 when it calls too often."""
    context = context_of(request)
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise HTTPException(
            401, "Send `Authorization: Bearer TOKEN`; an admin makes one with `finops tokens issue`.", {"WWW-Authenticate": "Bearer"}
        )
    with Session(context.database.app) as session:
        bearer = tokens.find(session, token, datetime.now(UTC))
    if bearer is None and (person := context.verify_jwt(token)):
        bearer = tokens.Bearer(person, frozenset(tokens.SCOPES))
    if bearer is None:
        raise HTTPException(401, "This token is unknown, expired or revoked.", {"WWW-Authenticate": "Bearer"})
    wait = context.buckets.wait(bearer.person)
    if wait:
        raise HTTPException(429, f"Too many requests; try again in {wait:.1f} s.", {"Retry-After": str(int(wait) + 1)})
    return Caller(context.organisation.actor(bearer.person), bearer.scopes)


def needs(action: Action, scope: str) -> Callable[[Request], Caller]:
    """A dependency: the caller's token has the scope and one of the caller's roles the permission. 403 otherwise."""

    def dependency(request: Request) -> Caller:
        caller = caller_of(request)
        if scope not in caller.scopes:
            raise HTTPException(403, f"This token may not be used for this; it needs the scope {scope}.")
        decision = check(caller.actor, action)
        if isinstance(decision, Denied):
            raise HTTPException(403, decision.reason)
        return caller

    return dependency


InContext = Annotated[Context, Depends(context_of)]
Reader = Annotated[Caller, Depends(needs(Action.READ, "read"))]
Asker = Annotated[Caller, Depends(needs(Action.ASK, "ask"))]
Triager = Annotated[Caller, Depends(needs(Action.TRIAGE_INSIGHT, "write"))]
BudgetEditor = Annotated[Caller, Depends(needs(Action.EDIT_BUDGET, "write"))]
Approver = Annotated[Caller, Depends(needs(Action.APPROVE_REMEDIATION, "write"))]
Auditor = Annotated[Caller, Depends(needs(Action.READ_AUDIT, "read"))]
