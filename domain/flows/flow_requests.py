"""Flows that people ask for: an operator's click starts one at once, anyone
else's waits for an operator; kept while Prefect is down, run exactly once.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import access
from config.access import Actor, Allowed, Denied, Permission, Role
from config.organisation import Organisation
from db import audit, locks
from db.locks import Lock
from db.outgoing import messages, outbox
from db.outgoing.message_keys import request_key
from db.outgoing.messages import RequestCard
from db.tables import FlowRequest, OutboxMessage

StartFlow = Callable[[str, dict[str, Any], str], str]
"""Start a deployment by name with parameters and an idempotency key; returns the run's id, raises `PrefectDown` while
Prefect cannot be reached.
"""

OPEN = ("requested", "approved", "triggered")
_PRIVATE = ("D", "U", "W")  # how Slack's ids of direct messages and people begin
_STALE = timedelta(minutes=20)  # a run that has not reported back does not block the next request for ever


class PrefectDown(Exception):  # noqa: N818 - what it says
    """Prefect did not take the run; nothing was started, the request is kept."""


class NoDeployment(PrefectDown):
    """Prefect knows no deployment of this name yet; other requests may be taken."""


@dataclass(frozen=True)
class FlowAsk:
    """What is asked for: the deployment, its parameters and the words people read."""

    deployment: str
    parameters: dict[str, Any]
    what: str


@dataclass(frozen=True)
class Accepted:
    """It starts now, or as soon as Prefect is back."""

    request_id: int


@dataclass(frozen=True)
class Waiting:
    """An operator has to approve it."""

    request_id: int


@dataclass(frozen=True)
class UnderWay:
    """The same is asked for or running already."""

    request_id: int
    state: str


def request(
    session: Session,
    ask: FlowAsk,
    actor: Actor,
    now: datetime,
    channel: str | None,
    thread: str | None,
    operators: Sequence[str],
    asked: Sequence[str] = (),
) -> Accepted | Waiting | UnderWay | Denied:
    """Store a request and leave its card; a second click on the same thing
    while it is open is no second run. The caller commits.

    A request that waits is put to `operators` (ids) in the channels or direct messages `asked`, beside where it was
    made.
    """
    may_run = isinstance(access.check(actor, Permission.RUN_FLOW), Allowed)
    if not may_run and isinstance(denied := access.check(actor, Permission.REQUEST_FLOW), Denied):
        return denied
    subject = _subject(ask)
    locks.take(session, Lock.FLOW_REQUEST, subject)
    if (row := _open(session, ask, now)) is not None:
        return UnderWay(row.id, row.state)
    row = FlowRequest(
        key=f"{subject}:{secrets.token_hex(4)}",
        deployment=ask.deployment,
        parameters=ask.parameters,
        state="approved" if may_run else "requested",
        requested_by=actor.id,
        approved_by=actor.id if may_run else None,
        channel=channel,
        thread_ts=thread,
        result={
            "what": ask.what,
            "requested_by": actor.name or actor.id,
            "asked": [] if may_run else [place for place in asked if place != channel],
        },
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.append(
        session, actor.id, f"flow.{row.state}", ask.deployment, {"request": row.id, "parameters": ask.parameters}
    )
    notify(session, row, operators)
    return Accepted(row.id) if may_run else Waiting(row.id)


def hold(session: Session, ask: FlowAsk, reason: str, now: datetime, organisation: Organisation) -> None:
    """Put a load that was held to the operators, with the reason; what was held of the same source before is no
    longer asked; what an operator has rejected is not asked again. The caller commits.
    """
    locks.take(session, Lock.FLOW_REQUEST, ask.deployment)
    if _open(session, ask, now) is not None or _declined(session, ask):
        return
    held = sa.select(FlowRequest).where(
        FlowRequest.deployment == ask.deployment,
        FlowRequest.state == "requested",
        FlowRequest.requested_by == access.SYSTEM.id,
    )
    for older in session.scalars(held):
        if older.parameters["source"] == ask.parameters["source"] and older.result["what"] == ask.what:
            older.state, older.finished_at = "rejected", now
            older.result = {**older.result, "reason": "A newer delivery came."}
            notify(session, older, ())
    operators = [person.id for person in organisation.people if {Role.OPERATOR, Role.ADMIN}.intersection(person.roles)]
    asked = organisation.admin_channels()[:1] or operators[:5]
    row = FlowRequest(
        key=f"{_subject(ask)}:{secrets.token_hex(4)}",
        deployment=ask.deployment,
        parameters=ask.parameters,
        state="requested",
        requested_by=access.SYSTEM.id,
        result={"what": ask.what, "requested_by": "the bill", "asked": list(asked), "reason": reason},
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.append(
        session, access.SYSTEM.id, "flow.held", ask.deployment, {"request": row.id, "parameters": ask.parameters}
    )
    notify(session, row, operators)


def run_soon(session: Session, deployment: str, because_of: str, now: datetime) -> None:
    """Start a deployment as what follows from a change, once for all changes that wait for it. The caller commits."""
    locks.take(session, Lock.FLOW_REQUEST, deployment)
    waiting = sa.select(FlowRequest.id).where(FlowRequest.deployment == deployment, FlowRequest.state == "approved")
    if session.scalar(waiting.limit(1)) is None:
        key = f"{deployment}:{secrets.token_hex(8)}"
        session.add(
            FlowRequest(
                key=key,
                deployment=deployment,
                state="approved",
                requested_by=because_of,
                approved_by=because_of,
                created_at=now,
            )
        )


def _subject(ask: FlowAsk) -> str:
    content = json.dumps([ask.deployment, ask.parameters], sort_keys=True, default=str)
    return f"{ask.deployment}:{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _open(session: Session, ask: FlowAsk, now: datetime) -> FlowRequest | None:
    return session.scalar(
        sa.select(FlowRequest)
        .where(
            FlowRequest.deployment == ask.deployment,
            FlowRequest.parameters == ask.parameters,
            FlowRequest.state.in_(OPEN),
        )
        .where(sa.or_(FlowRequest.triggered_at.is_(None), FlowRequest.triggered_at > now - _STALE))
        .limit(1)
    )


def _declined(session: Session, ask: FlowAsk) -> bool:
    """Whether somebody has said no to the very same; the next run need not ask again."""
    same = sa.select(FlowRequest.id).where(
        FlowRequest.deployment == ask.deployment,
        FlowRequest.parameters == ask.parameters,
        FlowRequest.state == "rejected",
        FlowRequest.approved_by.is_not(None),
    )
    return session.scalar(same.limit(1)) is not None


def decide(session: Session, request_id: int, actor: Actor, now: datetime, approve: bool) -> Allowed | Denied:
    """An operator's approval or rejection, under the row's lock; a second
    decision is told who decided. The caller commits.
    """
    row = session.scalar(sa.select(FlowRequest).where(FlowRequest.id == request_id).with_for_update())
    if row is None:
        return Denied(f"There is no request {request_id}.")
    own_withdrawal = not approve and bool(access.same_person(actor, row.requested_by))
    decision = access.check(actor, Permission.RUN_FLOW)
    if isinstance(decision, Denied) and not own_withdrawal:
        audit.append(session, actor.id, "flow.denied", row.deployment, {"request": row.id, "reason": decision.reason})
        return decision
    if row.state != "requested":
        by = row.result.get("approved_by") or row.approved_by
        return Denied(f"Too late: it is {row.state} already{f', decided by {by}' if by else ''}.")
    row.state, row.approved_by = ("approved" if approve else "rejected"), actor.id
    row.result = {**row.result, "approved_by": actor.name or actor.id}
    if not approve:
        row.finished_at = now
    audit.append(session, actor.id, f"flow.{row.state}", row.deployment, {"request": row.id})
    notify(session, row, ())
    return Allowed()


def notify(session: Session, row: FlowRequest, operators: Sequence[str]) -> None:
    """Leave the request's card, or its update, where it was made and where operators were asked."""
    asked: list[str] = row.result.get("asked") or []
    card = RequestCard(
        type="request",
        id=row.id,
        state=row.state,
        what=row.result.get("what") or row.deployment,
        requested_by=row.result.get("requested_by") or row.requested_by,
        approved_by=row.result.get("approved_by"),
        approvers=list(operators),
        asked=asked,
        reason=row.result.get("reason"),
    )
    if row.channel is not None:
        mine: RequestCard = {**card, "private": row.channel[:1] in _PRIVATE}
        _card(session, row.channel, mine, request_key(row.id), row.thread_ts)
    for place in asked:
        _card(session, place, {**card, "asked": []}, request_key(row.id, place), None)


def _card(session: Session, channel: str, card: RequestCard, key: str, thread: str | None) -> None:
    if not outbox.enqueue(session, channel, card, key, thread_ts=thread):
        outbox.enqueue(session, channel, card, f"{key}:{card['state']}", update_key=key)


def notify_ended(session: Session, now: datetime) -> None:
    """Update the cards of requests whose flow noted its end; the figures are in
    the flow's own message. The caller commits.
    """
    ended = session.scalars(
        sa.select(FlowRequest).where(
            FlowRequest.state.in_(("finished", "failed")),
            FlowRequest.finished_at > now - timedelta(hours=1),
            FlowRequest.channel.is_not(None),
        )
    )
    for row in ended:
        first = (OutboxMessage.key.startswith(request_key(row.id)), OutboxMessage.update_key.is_(None))
        for shown in session.scalars(sa.select(OutboxMessage).where(*first, OutboxMessage.kind == "request")).all():
            card = messages.stored(shown.kind, shown.payload)
            if card is not None and card["type"] == "request" and card["id"] == row.id:
                ended_card: RequestCard = {**card, "state": row.state, "reason": row.result.get("reason")}
                _card(session, shown.channel, ended_card, shown.key, None)


def close(
    session: Session, key: str | None, state: str, result: Mapping[str, object], now: datetime
) -> FlowRequest | None:
    """Note the end of the run that a click asked for: finished or failed; None
    when no click did, or its end is noted already. The caller commits.
    """
    if key is None:
        return None
    row = session.scalar(sa.select(FlowRequest).where(FlowRequest.key == key).with_for_update())
    if row is None or row.state in ("finished", "failed"):
        return None
    row.state, row.result, row.finished_at = state, dict(result), now
    return row
